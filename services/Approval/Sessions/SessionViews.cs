using System.Text.Json;

namespace Hoop.Approval.Sessions;

/// <summary>What Audit answered, or in one line why it did not.</summary>
public sealed record AuditAnswer<T>(T? Value, string? Problem) where T : class;

/// <summary>A session in a list. Read leniently: a field that Audit leaves out is shown as missing, not as an error.</summary>
/// <param name="State"><c>running</c>, <c>ended</c> or <c>crashed</c>.</param>
public sealed record SessionSummary(
    string Id, string Who, string? Kind, string Target, string State, string Started, string? Length, long Operations, long Held, long Blocked,
    DateTimeOffset? StartedAt, string? WhoId)
{
    internal static SessionSummary? Read(JsonElement json)
    {
        if (json.Text("id") is not { } id) return null;
        var length = json.Time("startedAt") is { } started && json.Time("endedAt") is { } ended ? Portal.Parts.Wording.Duration(ended - started) : null;
        return new SessionSummary(
            id, json.Text("principal") ?? "unknown", json.Text("principalKind"), json.Text("target") ?? "unknown", json.Text("state") ?? "unknown",
            JsonReading.Shown(json.Time("startedAt")), length, json.Number("operations"), json.Number("held"), json.Number("blocked"), json.Time("startedAt"), json.Text("principalId"));
    }
}
