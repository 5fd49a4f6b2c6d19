using System.Text.Json;

namespace Hoop.Approval.Sessions;

/// <summary>A stretch of a session's events.</summary>
/// <param name="More">There are later ones.</param>
public sealed record Timeline(SessionSummary? Session, IReadOnlyList<TimelineItem> Items, bool More)
{
    internal static Timeline Read(JsonElement json) => new(
        json.Member("session") is { } session ? SessionSummary.Read(session) : null,
        json.Member("events") is { ValueKind: JsonValueKind.Array } events ? [.. events.EnumerateArray().Select(TimelineItem.Read)] : [],
        json.Member("more") is { ValueKind: JsonValueKind.True });
}
