using System.Globalization;
using System.Text.Json;

namespace Hoop.Approval.Sessions;

/// <summary>What Audit answered, or in one line why it did not.</summary>
public sealed record AuditAnswer<T>(IReadOnlyList<T> Items, string? Problem)
{
    public static AuditAnswer<T> Empty { get; } = new([], null);
}

/// <summary>A session in a list. Read leniently: a field that Audit leaves out is shown as missing, not as an error.</summary>
public sealed record SessionSummary(string Id, string Who, string Target, string State, string Started)
{
    internal static SessionSummary? Read(JsonElement json)
    {
        if ((json.Text("id") ?? json.Text("sessionId")) is not { } id) return null;
        var principal = json.Member("principal");
        var state = json.Text("state") ?? (json.Text("endedAt") is null ? "live" : "ended");
        return new SessionSummary(
            id, principal?.Text("name") ?? json.Text("principal") ?? json.Text("name") ?? "unknown", json.Text("target") ?? "unknown",
            state.ToLowerInvariant(), JsonReading.Time(json.Text("startedAt") ?? json.Text("at")));
    }
}

/// <summary>One event of a session's timeline, put for reading.</summary>
public sealed record TimelineItem(long Sequence, string Kind, string Title, string At, string? Statement, IReadOnlyList<(string Name, string Value)> Facts)
{
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
        var payload = Payload(json);
        var facts = new List<(string, string)>();
        if (payload.Member("principal") is { } principal) facts.Add(("Who", principal.Text("name") ?? "unknown"));
        foreach (var (field, name) in Shown)
            if (payload.Member(field) is { } value && JsonReading.Plain(value) is { Length: > 0 } text) facts.Add((name, text));
        return new TimelineItem(
            json.Member("sequence") is { ValueKind: JsonValueKind.Number } n && n.TryGetInt64(out var sequence) ? sequence : 0,
            kind, TitleOf(kind, payload), JsonReading.Time(json.Text("at")), payload.Text("text"), facts);
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

    // As it was hashed, the payload is text.
    private static JsonElement Payload(JsonElement json)
    {
        if (json.Member("payload") is not { } payload) return default;
        if (payload.ValueKind != JsonValueKind.String) return payload;
        try
        {
            using var document = JsonDocument.Parse(payload.GetString()!);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }
}

internal static class JsonReading
{
    private const int MaxShown = 2000;

    public static JsonElement? Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? Text(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A list, bare or as the first list of an object.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => json.EnumerateArray(),
        JsonValueKind.Object => json.EnumerateObject().FirstOrDefault(p => p.Value.ValueKind == JsonValueKind.Array) is { Value.ValueKind: JsonValueKind.Array } list
            ? list.Value.EnumerateArray() : [],
        _ => [],
    };

    public static string Plain(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.Array
            ? string.Join(", ", value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Null ? "NULL" : item.ToString()))
            : value.ToString();
        return text.Length <= MaxShown ? text : text[..MaxShown] + "…";
    }

    public static string Time(string? at) =>
        DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture) : at ?? "";
}
