using System.Text.Json;

namespace Hoop.Approval.Sessions;

/// <summary>Rows that were recorded as the client saw them.</summary>
/// <param name="Content">Under which number Audit has them; null: none were.</param>
/// <param name="Columns">Names; empty in later chunks of a result.</param>
public sealed record RecordedResult(long? Content, IReadOnlyList<string> Columns)
{
    internal static RecordedResult? Read(JsonElement payload) => new(
        payload.Member("content") is { } content ? content.Number("number") : null,
        payload.Member("columns") is { ValueKind: JsonValueKind.Array } columns
            ? [.. columns.EnumerateArray().Select(column => column.Text("name") ?? "")] : []);

    internal static IReadOnlyList<IReadOnlyList<string?>> ReadRows(JsonElement json) =>
        json.Member("rows") is not { ValueKind: JsonValueKind.Array } rows ? [] : [.. rows.EnumerateArray()
            .Where(row => row.ValueKind == JsonValueKind.Array)
            .Select(row => (IReadOnlyList<string?>)[.. row.EnumerateArray().Select(cell => cell.ValueKind == JsonValueKind.Null ? null : cell.ToString())])];
}
