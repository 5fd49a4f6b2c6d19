using System.Text.Json;
using Hoop.Approval.Portal.Parts;

namespace Hoop.Approval.Sessions;

/// <summary>One event of a session's timeline, put for reading.</summary>
/// <param name="Mood">How it stands out: <c>blocked</c>, <c>held</c>, <c>failed</c>; null when it does not.</param>
/// <param name="Effects">With blanks between; for a statement.</param>
/// <param name="Operation">Which of the session's operations it belongs to; 0: none.</param>
public sealed record TimelineItem(
    long Sequence, string Kind, string Title, DateTimeOffset? At, string? Mood, string? Statement, string Effects, long Operation,
    IReadOnlyList<(string Name, string Value)> Facts)
{
    /// <summary>Worth a look: refused, held or failed, or with an effect that is risky.</summary>
    public bool Risky => Mood is not null || Effects.Split(' ', StringSplitOptions.RemoveEmptyEntries).Any(effect => Wording.RiskOf(effect) == "risky");

    /// <summary>The request that a hold opened.</summary>
    public string? Request { get; private init; }

    /// <summary>The session that an event of Audit's own record is about.</summary>
    public string? AboutSession { get; private init; }

    /// <summary>For <c>result.recorded</c>.</summary>
    public RecordedResult? Result { get; private init; }

    /// <summary>In this order; all else of a payload is for machines.</summary>
    private static readonly (string Field, string Name)[] Shown =
    [
        ("target", "Target"), ("protocol", "Protocol"), ("bindValues", "Values"), ("objects", "Touches"), ("rules", "Rules"), ("why", "Why"),
        ("decidedBy", "Decided by"), ("by", "By"), ("reason", "Reason"), ("status", "Answer"), ("rows", "Rows"), ("bytes", "Bytes"),
        ("durationMs", "Milliseconds"), ("maskedColumns", "Masked"), ("severity", "Severity"), ("cause", "Cause"), ("code", "Code"), ("message", "Message"),
        ("detail", "Detail"), ("hint", "Hint"), ("cut", "Cut"),
    ];

    internal static TimelineItem Read(JsonElement json)
    {
        var kind = json.Text("kind") ?? "unknown";
        var payload = json.Member("payload") ?? default;
        if (RecordedAct.Read(kind, payload) is { } act)
            return new TimelineItem(json.Number("sequence"), kind, act.Title, json.Time("at"), act.Mood, null, "", 0, act.Facts) { Request = act.Request, AboutSession = act.Session };
        var facts = new List<(string, string)>();
        if (payload.Member("principal") is { } principal) facts.Add(("Who", principal.Text("name") ?? "unknown"));
        if (payload.Member("client") is { } client) facts.Add(("From", string.Join(", ", new[] { client.Text("address"), client.Text("driver") }.OfType<string>())));
        foreach (var (field, name) in Shown)
            if (payload.Member(field) is { } value && JsonReading.Plain(value) is { Length: > 0 } text) facts.Add((name, text));
        var effects = payload.Member("effects") is { ValueKind: JsonValueKind.Array } list ? string.Join(' ', list.EnumerateArray().Select(effect => effect.ToString())) : "";
        var (title, mood) = TitleOf(kind, payload);
        return new TimelineItem(json.Number("sequence"), kind, title, json.Time("at"), mood, payload.Text("text"), effects, payload.Number("operation"), facts)
        {
            Result = kind == "result.recorded" ? RecordedResult.Read(payload) : null,
            Request = Guid.TryParse(payload.Text("requestId"), out var request) ? request.ToString() : null,
        };
    }

    private static (string Title, string? Mood) TitleOf(string kind, JsonElement payload) => kind switch
    {
        "session.started" => ("Session started", null),
        "session.refused" => ("Session refused", "blocked"),
        "session.killed" => ("Session ended by a person", "blocked"),
        "operation.decided" => payload.Text("outcome")?.ToLowerInvariant() switch
        {
            "allow" => ("Allowed", null),
            "block" => ("Blocked", "blocked"),
            "hold" => ("Held for approval", "held"),
            var other => ($"Decided: {other}", null),
        },
        "hold.resolved" => payload.Text("outcome")?.ToLowerInvariant() is { } outcome
            ? ($"Hold ended: {outcome}", outcome == "approved" ? null : "blocked") : ("Hold ended", null),
        "operation.completed" => payload.Member("succeeded") is { ValueKind: JsonValueKind.False } ? ("Failed", "failed") : ("Completed", null),
        "operation.notice" => ("Notice", null),
        "result.recorded" => ("Result", null),
        "session.ended" => ("Session ended", payload.Text("cause") == "crash" ? "failed" : null),
        _ => (kind, null),
    };
}
