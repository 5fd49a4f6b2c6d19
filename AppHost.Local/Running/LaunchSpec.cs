namespace Hoop.AppHost.Local.Running;

/// <summary>One process to start.</summary>
sealed record LaunchSpec(string FileName, IReadOnlyList<string> Arguments)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it also sees this process's environment; backing services do not need it.</summary>
    public bool InheritEnvironment { get; init; }

    public string WorkingDirectory { get; init; } = "/";

    /// <summary>The user to run as when we are root.</summary>
    public string? User { get; init; }

    public int StopSignal { get; init; } = Signals.Terminate;
}
