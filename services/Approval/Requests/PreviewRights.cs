using Hoop.Approval.Requirements;
using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Requests;

/// <summary>Who sees which part of a preview: rows are for people who decide. Who asked could otherwise read by asking to change.</summary>
internal static class PreviewRights
{
    private const string Hidden = "Rows are shown to approvers only.";

    public static PreviewDetails? PreviewFor(this ApprovalState approval, Principal viewer)
    {
        if (approval.Preview is not { Sample: not null } preview || MaySeeRows(approval, viewer)) return approval.Preview;
        return preview with { Sample = null, Notes = [.. preview.Notes, Hidden] };
    }

    public static bool MaySeeRows(ApprovalState approval, Principal viewer)
    {
        var requester = approval.Request.Requester;
        return viewer.Kind == "human" && viewer.Actors.Count == 0 && viewer.Id != requester.Id && !requester.Actors.Contains(viewer.Id)
            && approval.IsFor(viewer);
    }
}
