using System.Text.Json;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Ingest;

/// <summary>What a batch's new events add to one session's row.</summary>
internal sealed class SessionDelta(string id)
{
    public string Id => id;
    public string? PrincipalId { get; private set; }
    public string? PrincipalName { get; private set; }
    public string? PrincipalKind { get; private set; }
    public string? Target { get; private set; }
    public string? Protocol { get; private set; }
    public long? PolicyVersion { get; private set; }
    public DateTimeOffset? StartedAt { get; private set; }
    public DateTimeOffset? EndedAt { get; private set; }
    public string? Cause { get; private set; }
    public DateTimeOffset LastAt { get; private set; }
    public long Events { get; private set; }
    public long LastSequence { get; private set; } = -1;
    public long Operations { get; private set; }
    public long Held { get; private set; }
    public long Blocked { get; private set; }

    /// <summary>One delta per session, from events that are stored for the first time.</summary>
    public static IEnumerable<SessionDelta> Of(IEnumerable<JournalEvent> events) => events.GroupBy(e => e.SessionId).Select(session =>
    {
        var delta = new SessionDelta(session.Key);
        foreach (var e in session)
            delta.Add(e);
        return delta;
    });

    private void Add(JournalEvent e)
    {
        Events++;
        LastSequence = Math.Max(LastSequence, e.Sequence);
        LastAt = e.At > LastAt ? e.At : LastAt;
        if (e.Kind is not (EventKinds.SessionStarted or EventKinds.SessionRefused or EventKinds.OperationDecided or EventKinds.SessionEnded))
            return;
        using var payload = JsonDocument.Parse(e.Payload);
        switch (e.Kind)
        {
            case EventKinds.SessionStarted:
                Start(e, payload.RootElement);
                break;
            case EventKinds.SessionRefused:
                Start(e, payload.RootElement);
                (EndedAt, Cause) = (e.At, Text(payload.RootElement, "cause") ?? "refused");
                break;
            case EventKinds.OperationDecided:
                Decide(Text(payload.RootElement, "outcome"));
                break;
            default:
                (EndedAt, Cause) = (e.At, Text(payload.RootElement, "cause"));
                break;
        }
    }

    private void Start(JournalEvent e, JsonElement payload)
    {
        StartedAt = e.At;
        Target = Text(payload, "target");
        Protocol = Text(payload, "protocol");
        if (payload.TryGetProperty("policyVersion", out var version) && version.TryGetInt64(out var number))
            PolicyVersion = number;
        if (!payload.TryGetProperty("principal", out var principal) || principal.ValueKind != JsonValueKind.Object)
            return;
        PrincipalId = $"{Text(principal, "issuer")}|{Text(principal, "subject")}";
        PrincipalName = Text(principal, "name") ?? Text(principal, "subject");
        PrincipalKind = Text(principal, "kind");
    }

    private void Decide(string? outcome)
    {
        Operations++;
        Held += outcome == "hold" ? 1 : 0;
        Blocked += outcome == "block" ? 1 : 0;
    }

    // A NUL is legal in JSON and not in PostgreSQL's text; the payload itself keeps it, escaped.
    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Replace('\0', '\uFFFD') : null;
}
