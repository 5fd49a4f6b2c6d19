using System.Globalization;
using System.Text.Json;

namespace Hoop.Approval.Sessions;

/// <summary>What Audit answered, or in one line why it did not.</summary>
public sealed record AuditAnswer<T>(T? Value, string? Problem) where T : class;

/// <summary>A session in a list. Read leniently: a field that Audit leaves out is shown as missing, not as an error.</summary>
/// <param name="State"><c>running</c>, <c>ended</c> or <c>crashed</c>.</param>
public sealed record SessionSummary(
    string Id, string Who, string? Kind, string Target, string State, string Started, string? Length, long Operations, long Held, long Blocked)
{
    internal static SessionSummary? Read(JsonElement json)
    {
        if (json.Text("id") is not { } id) return null;
        var length = json.Time("startedAt") is { } started && json.Time("endedAt") is { } ended ? Portal.Parts.Wording.Duration(ended - started) : null;
        return new SessionSummary(
            id, json.Text("principal") ?? "unknown", json.Text("principalKind"), json.Text("target") ?? "unknown", json.Text("state") ?? "unknown",
            JsonReading.Shown(json.Time("startedAt")), length, json.Number("operations"), json.Number("held"), json.Number("blocked"));
    }
}

/// <summary>A stretch of a session's events.</summary>
/// <param name="More">There are later ones.</param>
public sealed record Timeline(IReadOnlyList<TimelineItem> Items, bool More)
{
    internal static Timeline Read(JsonElement json) => new(
        json.Member("events") is { ValueKind: JsonValueKind.Array } events ? [.. events.EnumerateArray().Select(TimelineItem.Read)] : [],
        json.Member("more") is { ValueKind: JsonValueKind.True });
}

/// <summary>One event of a session's timeline, put for reading.</summary>
public sealed record TimelineItem(long Sequence, string Kind, string Title, string At, string? Statement, IReadOnlyList<(string Name, string Value)> Facts)
{
    /// <summary>How it stands out: <c>blocked</c>, <c>held</c>, <c>failed</c>; null when it does not.</summary>
    public string? Mood => Title switch
    {
        "Blocked" or "Session refused" => "blocked",
        "Held for approval" => "held",
        "Failed" => "failed",
        _ => null,
    };

    /// <summary>In this order; all else of a payload is for machines.</summary>
    private static readonly (string Field, string Name)[] Shown =
    [
        ("target", "Target"), ("protocol", "Protocol"), ("bindValues", "Values"), ("effects", "Effects"), ("objects", "Touches"), ("rules", "Rules"), ("why", "Why"),
        ("requestId", "Request"), ("decidedBy", "Decided by"), ("reason", "Reason"), ("status", "Answer"), ("rows", "Rows"), ("bytes", "Bytes"),
        ("durationMs", "Milliseconds"), ("maskedColumns", "Masked"), ("cause", "Cause"), ("code", "Code"), ("message", "Message"),
    ];

    internal static TimelineItem Read(JsonElement json)
    {
        var kind = json.Text("kind") ?? "unknown";
        var payload = json.Member("payload") ?? default;
        var facts = new List<(string, string)>();
        if (payload.Member("principal") is { } principal) facts.Add(("Who", principal.Text("name") ?? "unknown"));
        foreach (var (field, name) in Shown)
            if (payload.Member(field) is { } value && JsonReading.Plain(value) is { Length: > 0 } text) facts.Add((name, text));
        return new TimelineItem(
            json.Number("sequence"), kind, TitleOf(kind, payload), JsonReading.Shown(json.Time("at")), payload.Text("text"), facts);
    }

    private static string TitleOf(string kind, JsonElement payload) => kind switch
    {
        "session.started" => "Session started",
        "session.refused" => "Session refused",
        "operation.decided" => (payload.Text("outcome") ?? "").ToLowerInvariant() switch
        {
            "allow" or "allowed" => "Allowed",
            "block" or "blocked" => "Blocked",
            "hold" or "held" => "Held for approval",
            var other => $"Decided: {other}",
        },
        "hold.resolved" => $"Hold ended: {(payload.Text("outcome") ?? "unknown").ToLowerInvariant()}",
        "operation.completed" => payload.Member("succeeded") is { ValueKind: JsonValueKind.False } ? "Failed" : "Completed",
        "session.ended" => "Session ended",
        _ => kind,
    };
}

internal static class JsonReading
{
    private const int MaxShown = 2000;

    public static JsonElement? Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? Text(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static long Number(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : 0;

    public static DateTimeOffset? Time(this JsonElement json, string name) =>
        DateTimeOffset.TryParse(json.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    public static string Plain(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.Array
            ? string.Join(", ", value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Null ? "NULL" : item.ToString()))
            : value.ToString();
        return text.Length <= MaxShown ? text : text[..MaxShown] + "…";
    }

    public static string Shown(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture) ?? "";
}
