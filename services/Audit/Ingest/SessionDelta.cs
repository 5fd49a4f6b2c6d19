using System.Text.Json;
using Hoop.Audit.Chain;
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

    /// <summary>From events that are stored for the first time.</summary>
    public static SessionDelta Of(SessionPart part)
    {
        var delta = new SessionDelta(part.Id);
        foreach (var e in part.Events)
            delta.Add(e);
        return delta;
    }

    /// <summary>What an event that begins a session says; null when it is none.</summary>
    /// <exception cref="JsonException">Its payload is no JSON.</exception>
    public static SessionDelta? OfStart(JournalEvent e)
    {
        if (e.Kind is not (EventKinds.SessionStarted or EventKinds.SessionRefused))
            return null;
        var delta = new SessionDelta(e.SessionId);
        using var payload = JsonDocument.Parse(e.Payload);
        delta.Start(e.At, payload.RootElement);
        return delta;
    }

    private void Add(BatchedEvent e)
    {
        Events++;
        LastSequence = Math.Max(LastSequence, e.Sequence);
        LastAt = e.At > LastAt ? e.At : LastAt;
        switch (e.Kind)
        {
            case EventKinds.OperationDecided:
                Decide(e.Payload.Span);
                break;
            case EventKinds.SessionStarted or EventKinds.SessionRefused or EventKinds.SessionEnded:
                using (var payload = JsonDocument.Parse(e.Payload))
                    Move(e, payload.RootElement);
                break;
        }
    }

    private void Move(BatchedEvent e, JsonElement payload)
    {
        if (e.Kind != EventKinds.SessionEnded)
            Start(e.At, payload);
        if (e.Kind != EventKinds.SessionStarted)
            (EndedAt, Cause) = (e.At, Text(payload, "cause") ?? (e.Kind == EventKinds.SessionRefused ? "refused" : null));
    }

    private void Start(DateTimeOffset at, JsonElement payload)
    {
        StartedAt = at;
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

    /// <summary>As elsewhere, the last outcome counts where somebody wrote two.</summary>
    private void Decide(ReadOnlySpan<byte> payload)
    {
        var json = new Utf8JsonReader(payload);
        var (held, blocked) = (false, false);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isOutcome = json.ValueTextEquals("outcome"u8);
            json.Read();
            if (isOutcome)
                (held, blocked) = json.TokenType == JsonTokenType.String ? (json.ValueTextEquals("hold"u8), json.ValueTextEquals("block"u8)) : default;
            json.Skip();
        }

        Operations++;
        Held += held ? 1 : 0;
        Blocked += blocked ? 1 : 0;
    }

    // A NUL is legal in JSON and not in PostgreSQL's text; the payload itself keeps it, escaped.
    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Replace('\0', '\uFFFD') : null;
}
