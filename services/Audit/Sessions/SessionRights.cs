using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Documents;

namespace Hoop.Audit.Sessions;

/// <summary>Everybody sees and exports their own sessions; others' need a role that hoop.yaml names under <c>access</c>.</summary>
internal sealed class SessionRights(HoopDocuments documents)
{
    public bool SeesAll(Principal principal) => Has(principal, access => access.ViewSessions);

    public bool MayView(Principal principal, SessionSummary session) => Owns(principal, session) || SeesAll(principal);

    public bool MayExport(Principal principal, SessionSummary session) => Owns(principal, session) || Has(principal, access => access.ExportSessions);

    public bool MayWatch(Principal principal, SessionSummary session) => Owns(principal, session) || Has(principal, access => access.WatchSessions);

    public bool MayKill(Principal principal, SessionSummary session) => Owns(principal, session) || Has(principal, access => access.KillSessions);

    public bool MayHold(Principal principal) => Has(principal, access => access.HoldSessions);

    public bool ExportsAll(Principal principal) => Has(principal, access => access.ExportSessions);

    public static bool Owns(Principal principal, SessionSummary session) => session.PrincipalId == principal.Id;

    private bool Has(Principal principal, Func<AccessDocument, IReadOnlyList<string>> roles) =>
        documents.Current is { } document && documents.HasAnyRole(principal, roles(document.Access));
}
