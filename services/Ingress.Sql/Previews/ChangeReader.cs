using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Previews;

/// <summary>Cuts a change into its parts.</summary>
static class ChangeReader
{
    public static ChangeStatement? Read(string type, JsonElement body, string sql, out string why)
    {
        why = ChangeStatement.Uncut;
        if (StatementParts.Of(sql) is not { } parts) return null;
        switch (type)
        {
            case "InsertStmt" when body.Field("selectStmt") is null:
                why = "all its values are defaults";
                return null;
            case "InsertStmt" when body.Field("selectStmt")!.Value.Mentions("SetToDefault"):
                why = "some of its values are defaults";
                return null;
            case "InsertStmt": return Insert(body, parts);
            case "UpdateStmt" or "DeleteStmt" when body.Field("whereClause")?.As("CurrentOfExpr") is not null:
                why = "WHERE CURRENT OF names a cursor that only its session has";
                return null;
            case "UpdateStmt": return Update(body, parts);
            case "DeleteStmt": return Delete(body, parts);
            default:
                why = type switch
                {
                    "MergeStmt" => "MERGE does something else with each row",
                    "SelectStmt" => "the statement only reads",
                    _ => "the statement changes no rows by itself",
                };
                return null;
        }
    }

    static ChangeStatement? Update(JsonElement body, StatementParts parts)
    {
        var end = parts.End;
        var verb = parts.Find(0, end, "update");
        var set = parts.Find(verb, end, "set");
        var from = parts.Find(set, end, "from", "where", "returning");
        var where = parts.Find(from, end, "where", "returning");
        var last = parts.Find(where, end, "returning");
        if (set == end) return null;
        var others = parts.Is(from, "from") ? $", {parts.Text(from + 1, where)}" : "";
        return new("update", body)
        {
            With = parts.Text(0, verb), From = parts.Text(verb + 1, set) + others, Where = parts.Is(where, "where") ? parts.Text(where + 1, last) : "",
            Sets = Sets(body, parts, parts.Items(set + 1, from)), Chooses = CalledNames.Of(body.Field("withClause"), body.Field("fromClause"), body.Field("whereClause")),
        };
    }

    static ChangeStatement? Delete(JsonElement body, StatementParts parts)
    {
        var end = parts.End;
        var verb = parts.Find(0, end, "delete");
        var usingAt = parts.Find(verb, end, "using", "where", "returning");
        var where = parts.Find(usingAt, end, "where", "returning");
        var last = parts.Find(where, end, "returning");
        if (!parts.Is(verb + 1, "from")) return null;
        var others = parts.Is(usingAt, "using") ? $", {parts.Text(usingAt + 1, where)}" : "";
        return new("delete", body)
        {
            With = parts.Text(0, verb), From = parts.Text(verb + 2, usingAt) + others, Where = parts.Is(where, "where") ? parts.Text(where + 1, last) : "",
            Chooses = CalledNames.Of(body.Field("withClause"), body.Field("usingClause"), body.Field("whereClause")),
        };
    }

    static ChangeStatement? Insert(JsonElement body, StatementParts parts)
    {
        var end = parts.End;
        var verb = parts.Find(0, end, "insert");
        if (!parts.Is(verb + 1, "into")) return null;
        var at = verb + 3;
        while (parts.Is(at, '.')) at += 2;
        if (parts.Is(at, "as")) at += 2;
        var named = body.Items("cols").ToArray();
        if (named.Length > 0)
        {
            if (!parts.Is(at, '(')) return null;
            at = parts.Behind(at);
        }
        if (parts.Is(at, "overriding")) at += 3;
        var last = at;
        do last = parts.Find(last + 1, end, "on", "returning");
        while (parts.Is(last, "on") && !parts.Is(last + 1, "conflict"));
        return new("insert", body)
        {
            With = parts.Text(0, verb), From = $"({parts.Text(at, last)}) AS hoop_rows",
            InsertColumns = named.Length > 0 ? [.. named.Select(column => column.As("ResTarget")?.Text("name") ?? "")] : null,
            Chooses = CalledNames.Of(body.Field("withClause"), body.Field("selectStmt")),
        };
    }

    // A SET of several columns at once is one item of the text and several of the tree.
    static List<SetColumn> Sets(JsonElement body, StatementParts parts, List<(int From, int End)> items)
    {
        var targets = body.Items("targetList").Select(item => item.As("ResTarget") ?? default).ToArray();
        var alone = items.Count == targets.Length && items.All(item => parts.IsName(item.From));
        return [.. targets.Select((target, i) => Set(target, parts, alone ? items[i] : null))];
    }

    static SetColumn Set(JsonElement target, StatementParts parts, (int From, int End)? item)
    {
        var column = target.Text("name") ?? "";
        var value = target.Field("val") ?? default;
        var why = item is null ? "it is set together with others"
            : target.Field("indirection") is not null || !parts.Is(item.Value.From + 1, '=') ? "only a part of it is set"
            : value.As("SetToDefault") is not null ? "it is set to its default"
            : null;
        return new(column, why is null ? parts.Text(item!.Value.From + 2, item.Value.End) : null, CalledNames.Of(value), why);
    }
}
