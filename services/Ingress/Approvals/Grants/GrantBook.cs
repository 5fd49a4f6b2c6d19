using Hoop.Contracts.Approvals;
using Hoop.Ingress.Sessions;
using Microsoft.Extensions.Options;

namespace Hoop.Ingress.Approvals.Grants;

/// <summary>
/// The open windows, as Approval tells them: by messages at once, by a look at its list every few seconds. Without contact none is used.
/// Statements that no window concerns read one reference and no more.
/// </summary>
public sealed class GrantBook(IOptions<GrantOptions> options, TimeProvider clock, ILogger<GrantBook> logger)
{
    /// <summary>Longer than any window: an end that comes before its beginning still counts.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromHours(25);

    private readonly Lock changing = new();
    private readonly Dictionary<Guid, (ActiveGrant Grant, long HeardAt)> open = [];
    private readonly Dictionary<Guid, (GrantEnded End, DateTimeOffset HeardAt)> ended = [];
    private volatile GrantList current = GrantList.Empty;
    private long contactAt = long.MinValue;

    internal GrantList Current => current;

    /// <summary>Approval has answered lately, so that no revocation can be unknown for longer.</summary>
    internal bool InContact => Volatile.Read(ref contactAt) is var at && at != long.MinValue && clock.GetElapsedTime(at) < options.Value.Contact;

    /// <summary>May be used under this policy now.</summary>
    internal bool MayUse(ActiveGrant grant, long policyVersion) => grant.IsOpen(policyVersion, clock.GetUtcNow()) && InContact;

    /// <summary>The window on which an operation that would wait may run instead; null: none.</summary>
    /// <param name="rules">The rules that ask for approval.</param>
    internal ActiveGrant? Find(string principal, string target, Operation operation, IReadOnlyList<string> rules, long policyVersion)
    {
        var mine = current.Of(principal, target);
        if (mine.IsEmpty || !InContact) return null;
        OperationBinding? binding = null;
        foreach (var grant in mine)
        {
            if (grant.Facts.Scope != GrantScope.Fingerprint || grant.Facts.Fingerprint != operation.Facts.Fingerprint || !grant.IsOpen(policyVersion, clock.GetUtcNow())) continue;
            binding ??= OperationBinding.Of(principal, target, operation, policyVersion);
            if (GrantMatch.Fits(grant.Facts, binding, operation, rules)) return grant;
        }
        return null;
    }

    /// <summary>The one object of this window; null when it is over already.</summary>
    internal ActiveGrant? Open(GrantOpened facts)
    {
        lock (changing)
        {
            if (open.TryGetValue(facts.GrantId, out var known)) return known.Grant;
            if (ended.ContainsKey(facts.GrantId) || clock.GetUtcNow() >= facts.ExpiresAt) return null;
            var grant = new ActiveGrant(facts);
            open[facts.GrantId] = (grant, clock.GetTimestamp());
            Publish();
            logger.GrantOpened(facts.GrantId, facts.PrincipalId, facts.Target, facts.ExpiresAt);
            return grant;
        }
    }

    /// <summary>Why a window is over; null: not known to be.</summary>
    internal GrantEnded? EndOf(Guid grantId)
    {
        lock (changing) return ended.TryGetValue(grantId, out var known) ? known.End : null;
    }

    internal void End(GrantEnded end)
    {
        ActiveGrant? grant = null;
        lock (changing)
        {
            ended[end.GrantId] = (end, clock.GetUtcNow());
            if (open.Remove(end.GrantId, out var known)) grant = known.Grant;
            if (grant is not null) Publish();
        }
        if (grant is null) return;
        logger.GrantEnded(end.GrantId, end.Cause);
        // Outside the lock: whoever runs on it is told here.
        grant.Close(end);
    }

    /// <summary>The whole list, as Approval answered.</summary>
    /// <param name="askedAt">What was heard after it is newer than the answer.</param>
    internal void Replace(OpenGrants list, long askedAt, long policyVersion)
    {
        List<GrantEnded> missed;
        lock (changing)
        {
            var now = clock.GetUtcNow();
            var listed = list.Grants.Select(grant => grant.GrantId).ToHashSet();
            missed = [.. open.Values.Where(known => known.HeardAt < askedAt && !listed.Contains(known.Grant.Facts.GrantId)).Select(known => Missed(known.Grant.Facts, policyVersion, now))];
            foreach (var (id, known) in ended.ToList())
                if (now - known.HeardAt > Memory) ended.Remove(id);
        }
        foreach (var facts in list.Grants) Open(facts);
        foreach (var end in missed) End(end);
        Volatile.Write(ref contactAt, askedAt);
    }

    // The message of its end did not arrive. Where nothing else explains it, it was taken back.
    private static GrantEnded Missed(GrantOpened facts, long policyVersion, DateTimeOffset now)
    {
        var cause = now >= facts.ExpiresAt ? ActiveGrant.Causes.Expired : facts.PolicyVersion < policyVersion ? ActiveGrant.Causes.PolicyChanged : ActiveGrant.Causes.Revoked;
        return new GrantEnded(facts.GrantId, cause, null, null, now);
    }

    private void Publish() => current = open.Count == 0 ? GrantList.Empty : new GrantList([.. open.Values.Select(known => known.Grant)]);
}
