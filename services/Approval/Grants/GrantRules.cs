using Hoop.Approval.Requirements;
using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;

namespace Hoop.Approval.Grants;

/// <summary>What approvers may grant, and what several of them granted together. Pure.</summary>
internal static class GrantRules
{
    private const int MostBounds = 50;
    private const int MostListed = 100;

    /// <summary>Null: the vote's terms are within what the rules offer.</summary>
    public static Refusal? Refuse(ApprovalRequested request, CastVote vote)
    {
        if (!vote.Approve) return null;
        if (vote.MaxRows < 1) return new("bad-row-limit", "A row limit is a whole number from 1 on.");
        if (vote.MaxRows > request.MaxRows) return new("bad-row-limit", $"The rules allow at most {request.MaxRows} rows. Approve up to that or fewer.");
        return vote.Grant is { } terms ? RefuseTerms(request, terms) : null;
    }

    /// <summary>The rows that the operation may touch: the least of what the rules and the approvers say.</summary>
    public static long? MaxRows(ApprovalState approval) =>
        Approving(approval).Select(vote => vote.MaxRows).Append(approval.Request.MaxRows).Min();

    /// <summary>The window that all approving votes agree on, as the strictest of each says; null: a single use.</summary>
    public static GrantTerms? Agreed(IEnumerable<Vote> votes)
    {
        GrantTerms? agreed = null;
        var first = true;
        foreach (var vote in votes.Where(vote => vote.Approve))
        {
            agreed = first ? vote.Grant : Stricter(agreed, vote.Grant);
            first = false;
        }
        return agreed;
    }

    /// <summary>The window that an approval opens; null: a single use.</summary>
    public static GrantOpened? Window(ApprovalState approval)
    {
        // An approval that was taken over from a lost client is that client's single use; the window, if any, was opened then.
        if (approval.TakenFrom is not null || approval.ResolvedAt is not { } openedAt || Agreed(approval.Votes) is not { } terms) return null;
        var request = approval.Request;
        return new GrantOpened
        {
            GrantId = approval.CorrelationId,
            PrincipalId = request.Requester.Id,
            Target = request.Target,
            Scope = terms.Scope,
            Role = terms.Role,
            Fingerprint = request.Fingerprint,
            BoundTo = request.BoundTo,
            TextBoundTo = request.TextBoundTo,
            ShapeBoundTo = request.ShapeBoundTo,
            Values = terms.Values,
            Bounds = terms.Bounds,
            BindValues = request.BindValues,
            Rules = request.Rules,
            GrantedBy = [.. Approving(approval).Select(vote => vote.Voter.Name)],
            MaxRows = MaxRows(approval),
            PolicyVersion = request.PolicyVersion,
            OpenedAt = openedAt,
            ExpiresAt = Until(request, openedAt, terms.For),
        };
    }

    /// <summary>Where rules say when something may be used, a window ends with that.</summary>
    private static DateTimeOffset Until(ApprovalRequested request, DateTimeOffset openedAt, TimeSpan time)
    {
        if (request.Requirements.All(one => one.Windows.Count == 0)) return openedAt + time;
        for (var at = openedAt; at < openedAt + time; at += TimeSpan.FromMinutes(1))
            if (request.Requirements.Any(one => WindowClock.OpensAt(one.Windows, at) is not null)) return at;
        return openedAt + time;
    }

    private static IEnumerable<Vote> Approving(ApprovalState approval) => approval.Votes.Where(vote => vote.Approve);

    private static GrantTerms? Stricter(GrantTerms? one, GrantTerms? other)
    {
        if (one is null || other is null || one.Scope != other.Scope || one.Role != other.Role) return null;
        return one with
        {
            For = one.For < other.For ? one.For : other.For,
            Values = one.Values < other.Values ? one.Values : other.Values,
            // Every bound of everybody must hold.
            Bounds = [.. one.Bounds, .. other.Bounds],
        };
    }

    private static Refusal? RefuseTerms(ApprovalRequested request, GrantTerms terms)
    {
        if (request.Offer is not { } offer)
            return new("no-window", "The rules let this be approved for a single use only. Approve it without a window.");
        if (terms.For <= TimeSpan.Zero || terms.For > offer.UpTo)
            return new("window-too-long", $"The rules let a window last at most {GrantWording.Duration(offer.UpTo)}. Grant that or less.");
        if (!offer.Scopes.Contains(terms.Scope))
            return new("scope-not-offered", $"The rules offer windows for {string.Join(" or ", offer.Scopes.Select(GrantWording.Of))} only.");
        return terms.Scope == GrantScope.Role ? RefuseRole(offer, terms) : RefuseValues(request, offer, terms);
    }

    private static Refusal? RefuseRole(GrantOffer offer, GrantTerms terms)
    {
        if (terms.Role is null || !offer.Roles.Contains(terms.Role))
            return new("role-not-offered", $"The rules offer the role {string.Join(" or ", offer.Roles)}. Grant that one.");
        return terms.Bounds.Count > 0 ? new("bad-bounds", "A window for a role has no bounds on values. Leave them out.") : null;
    }

    private static Refusal? RefuseValues(ApprovalRequested request, GrantOffer offer, GrantTerms terms)
    {
        if (terms.Role is not null) return new("bad-grant", "A window for the statement names no role. Leave it out, or grant the scope role.");
        if (terms.Values > offer.Values)
            return new("values-not-offered", $"The rules let values be {GrantWording.Of(offer.Values)} at the loosest. Grant that or stricter.");
        if (terms.Values != GrantValues.Bounded)
            return terms.Bounds.Count > 0 ? new("bad-bounds", "Bounds go with values: bounded. Leave them out, or say so.") : null;
        if (terms.Bounds.Count is 0 or > MostBounds)
            return new("bad-bounds", $"Say what values may be: from 1 to {MostBounds} bounds.");
        return terms.Bounds.Select(bound => RefuseBound(request, bound)).FirstOrDefault(refusal => refusal is not null);
    }

    private static Refusal? RefuseBound(ApprovalRequested request, ValueBound bound)
    {
        if (bound.Parameter < 1 || bound.Parameter > request.BindValues.Count)
            return new("bad-bounds", $"There is no parameter {bound.Parameter}; the statement has {request.BindValues.Count}. Values written into the text cannot be bounded.");
        var (ranged, listed) = (bound.From is not null || bound.To is not null, bound.OneOf is not null);
        if (ranged == listed || bound.OneOf is { Count: 0 or > MostListed } || bound.From > bound.To)
            return new("bad-bounds", $"The bound of parameter {bound.Parameter} must be a range (from, to) or a list of 1 to {MostListed} values (oneOf).");
        return null;
    }
}
