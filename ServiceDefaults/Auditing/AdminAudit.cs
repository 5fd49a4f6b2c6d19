using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;

namespace Hoop.ServiceDefaults.Auditing;

/// <summary>
/// Records what people do to Hoop itself: on this service's disk before it is done, from there to Audit. Routes declare it
/// (<see cref="AdminAuditExtensions.Audited"/>); what comes through another door calls this.
/// </summary>
/// <param name="service">The name that events have: <c>policy</c>.</param>
public sealed class AdminAudit(string service, AdminJournal journal, TimeProvider clock)
{
    /// <summary>On the disk when this returns, with an outcome that is not known yet.</summary>
    /// <exception cref="IOException">It can not be recorded: then it must not be done.</exception>
    public AdminAttempt Begin(string kind, Principal? by, string? address = null, IReadOnlyDictionary<string, string>? details = null)
    {
        var action = new AdminAction(Guid.CreateVersion7(clock.GetUtcNow()), service, kind, clock.GetUtcNow(), by, address, AdminOutcomes.Unknown, details ?? new Dictionary<string, string>());
        journal.Begin(action);
        return new AdminAttempt(journal, action);
    }

    /// <summary>What is over already: an attempt that was refused.</summary>
    /// <inheritdoc cref="Begin" path="/exception"/>
    public void Record(string kind, string outcome, Principal? by, string? address = null, IReadOnlyDictionary<string, string>? details = null) =>
        journal.Add(new AdminAction(Guid.CreateVersion7(clock.GetUtcNow()), service, kind, clock.GetUtcNow(), by, address, outcome, details ?? new Dictionary<string, string>()));
}

/// <summary>Something that is being done. Say how it ended; what never does is recorded as unknown at the next start.</summary>
public sealed class AdminAttempt(AdminJournal journal, AdminAction action)
{
    private bool ended;

    /// <param name="more">Known only now; added to the details.</param>
    public void End(string outcome, IReadOnlyDictionary<string, string>? more = null)
    {
        if (ended)
            throw new InvalidOperationException($"{action.Kind} has its outcome already.");
        ended = true;
        var details = new Dictionary<string, string>(action.Details);
        foreach (var (name, value) in more ?? new Dictionary<string, string>())
            details[name] = value;
        journal.End(action with { Outcome = outcome, Details = details });
    }
}
