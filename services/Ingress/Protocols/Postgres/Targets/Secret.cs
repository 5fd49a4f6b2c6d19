namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>A value that never shows itself: prints <c>***</c> wherever it ends up.</summary>
public sealed class Secret(string value)
{
    private readonly string value = value;

    /// <summary>The value, for the one place that must send it.</summary>
    public string Reveal() => value;

    public override string ToString() => "***";
}
