namespace Hoop.Ingress.Approvals.Grants;

/// <summary>Section <c>Hoop:Grants</c>.</summary>
public sealed class GrantOptions
{
    public const string Section = "Hoop:Grants";

    /// <summary>Between two looks at the list of windows that Approval has; its messages come at once.</summary>
    public TimeSpan Refresh { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Without an answer of Approval for so long, no window is used: statements wait for people as if there were none.</summary>
    public TimeSpan Contact { get; set; } = TimeSpan.FromSeconds(30);
}
