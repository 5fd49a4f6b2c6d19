using Hoop.Approval.Saga;
using Hoop.Approval.StepUps;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Portal.Parts;

/// <summary>How somebody must show who they are before they approve several requests: once for all of them.</summary>
/// <param name="WithPasskey">Those that ask for a passkey.</param>
/// <param name="SignInAgain">The way through a fresh sign-in and back, when one is asked for; null: none is.</param>
/// <param name="Note">What will be asked, in words; null: nothing.</param>
internal sealed record BulkStepUps(IReadOnlyList<Guid> WithPasskey, string? SignInAgain, string? Note)
{
    /// <summary>More do not fit into an address; they are to be chosen anew.</summary>
    private const int MostKept = 40;

    public static BulkStepUps Of(IReadOnlyList<ApprovalState> requests, Principal viewer, DateTimeOffset now)
    {
        var asking = requests.Where(one => VoteRules.RefuseApproval(one, viewer, now) is null).ToLookup(one => VoteRules.StepUpFor(one.Request));
        List<Guid> passkey = [.. asking[StepUp.Passkey].Select(one => one.CorrelationId)];
        var fresh = FreshSignIn.Is(viewer, now) ? 0 : asking[StepUp.Fresh].Count();
        return new BulkStepUps(passkey, fresh > 0 ? SignIn(requests) : null, Words(fresh, passkey.Count));
    }

    /// <summary>Requests that an address names.</summary>
    public static IEnumerable<Guid> Read(string? chosen) =>
        (chosen ?? "").Split('.', MostKept + 1).Take(MostKept).Select(text => Guid.TryParseExact(text, "N", out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty);

    private static string SignIn(IReadOnlyList<ApprovalState> requests) =>
        "/sign-in?fresh=true&returnUrl=" + Uri.EscapeDataString("/?chosen=" + string.Join('.', requests.Take(MostKept).Select(one => one.CorrelationId.ToString("N"))));

    private static string? Words(int fresh, int passkey) => (fresh, passkey) switch
    {
        (0, 0) => null,
        (_, 0) => $"To approve {These(fresh)}, sign in again; you come back with your choice.",
        (0, _) => $"To approve {These(passkey)}, you are asked for your passkey, once.",
        _ => $"To approve {These(fresh)}, sign in again; you come back with your choice. For {These(passkey)} you are then asked for your passkey, once.",
    };

    private static string These(int count) => count == 1 ? "one of them" : $"{count} of them";
}
