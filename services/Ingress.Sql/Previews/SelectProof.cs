using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Previews;

/// <summary>Whether a SELECT put together from a change's text is, to the grammar, a plain SELECT with the change's own WITH, FROM, WHERE and SET, and nothing besides.</summary>
static class SelectProof
{
    static readonly string[] Plain = ["targetList", "fromClause", "whereClause", "withClause", "limitCount", "limitOption", "op"];

    public static bool Holds(ChangeStatement change, string text, IReadOnlyList<string> columns, IReadOnlyList<(SetColumn Column, string? Type)> after)
    {
        using var tree = ChangeStatement.Tree(text);
        if (tree?.RootElement.Items("stmts").ToArray() is not [var only] || only.GetProperty("stmt").As("SelectStmt") is not { } select) return false;
        return select.EnumerateObject().All(field => Plain.Contains(field.Name)) && select.Text("op") == "SETOP_NONE"
            && Same(select.Field("withClause"), change.Body.Field("withClause"))
            && (change.Verb == "insert" ? Makes(change, select) : Chooses(change, select) && Shows(change, select, columns, after));
    }

    static bool Makes(ChangeStatement change, JsonElement select) =>
        select.Field("whereClause") is null
        && select.Items("targetList").ToArray() is [var star] && star.As("ResTarget")?.Field("val")?.As("ColumnRef")?.Items("fields").ToArray() is [var all] && all.As("A_Star") is not null
        && select.Items("fromClause").ToArray() is [var from] && from.As("RangeSubselect") is { } rows && !rows.Flag("lateral")
        && Same(rows.Field("subquery"), change.Body.Field("selectStmt"));

    static bool Chooses(ChangeStatement change, JsonElement select)
    {
        var others = change.Body.Items(change.Verb == "delete" ? "usingClause" : "fromClause").ToArray();
        var from = select.Items("fromClause").ToArray();
        return from.Length == others.Length + 1 && Same(from[0].As("RangeVar"), change.Relation)
            && from.Skip(1).Zip(others).All(pair => Same(pair.First, pair.Second))
            && Same(select.Field("whereClause"), change.Body.Field("whereClause"));
    }

    static bool Shows(ChangeStatement change, JsonElement select, IReadOnlyList<string> columns, IReadOnlyList<(SetColumn Column, string? Type)> after)
    {
        var shown = select.Items("targetList").Select(item => item.As("ResTarget")?.Field("val") ?? default).ToArray();
        if (shown.Length != columns.Count + after.Count) return false;
        for (var i = 0; i < columns.Count; i++)
            if (shown[i].As("ColumnRef")?.Names("fields") is not [var qualifier, var name] || qualifier != change.Qualifier || name != columns[i]) return false;
        var sets = change.Body.Items("targetList").Select(item => item.As("ResTarget") ?? default).ToArray();
        for (var i = 0; i < after.Count; i++)
        {
            var set = sets.FirstOrDefault(candidate => candidate.Text("name") == after[i].Column.Column);
            var value = shown[columns.Count + i];
            if (!Same(after[i].Type is null ? value : value.As("TypeCast")?.Field("arg"), set.Field("val"))) return false;
        }
        return true;
    }

    static bool Same(JsonElement? a, JsonElement? b) => (a, b) switch
    {
        (null, null) => true,
        ({ } one, { } other) => CanonicalTree.Same(one, other),
        _ => false,
    };
}
