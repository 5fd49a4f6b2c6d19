using Hoop.Contracts.Identity;

namespace Hoop.Approval.StepUps;

/// <summary>Whether somebody proved who they are to the identity provider a moment ago.</summary>
internal static class FreshSignIn
{
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    public static bool Is(Principal person, DateTimeOffset now) =>
        person.AuthenticatedAt is { } at && now - at <= Longest && at - now <= Skew;
}
