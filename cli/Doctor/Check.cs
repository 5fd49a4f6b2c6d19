namespace Hoop.Cli.Doctor;

/// <summary>What one look found.</summary>
/// <param name="Id">Short name of what was looked at.</param>
/// <param name="Message">What was found; when not <paramref name="Ok"/>, what is wrong.</param>
/// <param name="Fix">What to do; null when <paramref name="Ok"/>.</param>
internal sealed record Check(string Id, bool Ok, string Message, string? Fix)
{
    public static Check Good(string id, string message) => new(id, true, message, null);

    public static Check Bad(string id, string message, string fix) => new(id, false, message, fix);
}
