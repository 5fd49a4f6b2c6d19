using System.Text.Json;

namespace Hoop.Approval.Sessions;

/// <summary>A page of statements that a search found.</summary>
/// <param name="Cursor">To ask for the next page with; null: there is none.</param>
public sealed record StatementsFound(IReadOnlyList<FoundStatement> Statements, string? Cursor)
{
    internal static StatementsFound Read(JsonElement json) => new(
        json.Member("statements") is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(FoundStatement.Read)] : [], json.Text("cursor"));
}

/// <summary>One of them; <paramref name="Session"/> and <paramref name="Sequence"/> lead to its moment in the recording.</summary>
/// <param name="Outcome"><c>allow, hold, block</c>, and what became of a hold.</param>
public sealed record FoundStatement(string Session, long Sequence, string At, string Who, string Target, string Outcome, IReadOnlyList<string> Effects, string Approvers, string Text)
{
    internal static FoundStatement Read(JsonElement json) => new(
        json.Text("session") ?? "", json.Number("sequence"), JsonReading.Shown(json.Time("at")), json.Text("principal") ?? "unknown", json.Text("target") ?? "unknown",
        json.Text("resolution") is { } resolution ? $"held, {resolution}" : json.Text("outcome") switch { "allow" => "allowed", "block" => "blocked", "hold" => "held", var other => other ?? "" },
        json.Member("effects") is { ValueKind: JsonValueKind.Array } effects ? [.. effects.EnumerateArray().Select(effect => effect.ToString())] : [],
        json.Member("approvers") is { } approvers ? JsonReading.Plain(approvers) : "", json.Text("text") ?? "");
}
