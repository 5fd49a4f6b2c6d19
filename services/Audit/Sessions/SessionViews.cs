using Hoop.Audit.Admin;
using Hoop.Contracts.Identity;

namespace Hoop.Audit.Sessions;

/// <summary>Who looked at somebody else's session is on record, once in a while, before they see anything.</summary>
internal sealed class SessionViews(RecentViews views, AdminChain admin)
{
    public async Task RecordAsync(Principal caller, SessionSummary session, CancellationToken cancel)
    {
        if (SessionRights.Owns(caller, session) || !views.IsNew(caller, session.Id))
            return;
        await admin.RecordAsync(AdminChain.SessionViewed, caller, session.Id, session.PrincipalId, cancel);
        views.Note(caller, session.Id);
    }
}
