using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>Objects as DROP, GRANT, COMMENT and ALTER … write them: a list of names, a function with arguments, a type, a bare word.</summary>
static class ObjectNames
{
    public static void Access(StatementWalk walk, JsonElement item, string type, string verb, E effects)
    {
        if (item.As("RangeVar") is { } range)
        {
            walk.Relation(range, verb, effects);
            return;
        }
        var names = Names(item);
        switch (type)
        {
            case "OBJECT_TABLE" or "OBJECT_VIEW" or "OBJECT_MATVIEW" or "OBJECT_FOREIGN_TABLE" or "OBJECT_SEQUENCE" or "OBJECT_INDEX":
                Relation(walk, names, verb, effects);
                break;
            case "OBJECT_COLUMN" or "OBJECT_TABCONSTRAINT" or "OBJECT_TRIGGER" or "OBJECT_RULE" or "OBJECT_POLICY" when names.Count > 1:
                Relation(walk, names[..^1], verb == "drop" ? "alter" : verb, type == "OBJECT_POLICY" ? effects | E.Privilege : effects);
                break;
            case "OBJECT_FUNCTION" or "OBJECT_PROCEDURE" or "OBJECT_ROUTINE" or "OBJECT_AGGREGATE":
                var schema = names.Count > 1 ? names[^2] : walk.Names.Functions(null, names[^1]) is [var found, ..] ? found.Schema : walk.Names.CreationSchema;
                walk.Access(verb, "function", $"{schema}.{names[^1]}", effects);
                break;
            default:
                walk.Access(verb, Kind(type), type is "OBJECT_TYPE" or "OBJECT_DOMAIN" && names.Count == 1 ? $"{walk.Names.CreationSchema}.{names[0]}" : string.Join('.', names), effects);
                break;
        }
    }

    /// <summary>It comes to be in another schema.</summary>
    public static void Move(StatementWalk walk, JsonElement item, string type, string home, E effects)
    {
        var kind = type is "OBJECT_FUNCTION" or "OBJECT_PROCEDURE" or "OBJECT_ROUTINE" or "OBJECT_AGGREGATE" ? "function" : Kind(type);
        walk.Access("create", kind, $"{home}.{Names(item)[^1]}", effects);
    }

    static void Relation(StatementWalk walk, List<string> names, string verb, E effects)
    {
        var (schema, name) = walk.Names.Relation(names.Count > 1 ? names[^2] : null, names[^1]);
        walk.Access(verb, "table", $"{schema}.{name}", effects);
        if (verb == "drop") Consequences.OfWriting(walk, schema, name, "drop");
    }

    static string Kind(string type) => type switch
    {
        "OBJECT_SCHEMA" => "schema",
        "OBJECT_DATABASE" => "database",
        "OBJECT_ROLE" => "role",
        "OBJECT_TYPE" or "OBJECT_DOMAIN" => "type",
        _ => "other",
    };

    static List<string> Names(JsonElement item)
    {
        List<string> names =
            item.As("List") is { } list ? list.Names("items")
            : item.As("ObjectWithArgs") is { } function ? function.Names("objname")
            : item.As("TypeName") is { } type ? type.Names("names")
            : item.As("String") is { } text ? [text.Text("sval") ?? "*"]
            : item.ConstantText() is { } other ? [other]
            : [];
        return names.Count > 0 ? names : ["*"];
    }
}
