using System.Text.Json;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>Objects as DROP, GRANT, COMMENT and ALTER … write them: a list of names, a function with arguments, a type, a bare word.</summary>
static class ObjectNames
{
    /// <param name="cascade">DROP … CASCADE.</param>
    public static void Access(StatementWalk walk, JsonElement item, string type, string verb, E effects, bool cascade = false)
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
                Relation(walk, names, verb, effects, cascade);
                if (type == "OBJECT_INDEX" && verb == "drop") Index(walk, names, cascade);
                break;
            case "OBJECT_COLUMN" or "OBJECT_TABCONSTRAINT" or "OBJECT_TRIGGER" or "OBJECT_RULE" or "OBJECT_POLICY" when names.Count > 1:
                Relation(walk, names[..^1], verb == "drop" ? "alter" : verb, type == "OBJECT_POLICY" ? effects | E.Privilege : effects, cascade: false);
                if (type == "OBJECT_TRIGGER") OfChildren(walk, names[..^1]);
                break;
            case "OBJECT_FUNCTION" or "OBJECT_PROCEDURE" or "OBJECT_ROUTINE" or "OBJECT_AGGREGATE":
                Function(walk, names, verb, effects, cascade);
                break;
            case "OBJECT_TYPE" or "OBJECT_DOMAIN":
                Type(walk, names, verb, effects, cascade);
                break;
            default:
                walk.Access(verb, Kind(type), string.Join('.', names), effects);
                if (type == "OBJECT_SCHEMA" && verb == "alter") Consequences.OfSchema(walk, names[^1], verb);
                if (type == "OBJECT_EXTENSION")
                {
                    Dependents.OfExtension(walk, names[^1], verb);
                    if (verb == "drop") Dependents.Go(walk, CatalogDependent.Extension(names[^1]), cascade);
                    break;
                }
                // Servers, operators, collations, languages and their like: what is made of them, nobody knows here.
                if (cascade && type != "OBJECT_SCHEMA") Consequences.OfSchema(walk, null, verb);
                break;
        }
    }

    /// <summary>By a bare name it is the first of the path that fits, by its arguments too: each schema that has one may be meant.</summary>
    public static void Function(StatementWalk walk, List<string> names, string verb, E effects, bool cascade = false)
    {
        string[] schemas = names.Count > 1 ? [names[^2]] : [.. walk.Names.Functions(null, names[^1]).Select(f => f.Schema).DefaultIfEmpty(walk.Names.CreationSchema).Distinct()];
        walk.Access(verb, "function", $"{schemas[0]}.{names[^1]}", effects);
        foreach (var schema in schemas.Skip(1)) walk.Imply(verb, $"{schema}.{names[^1]}", "function");
        if (verb != "drop") return;
        foreach (var schema in schemas) Dependents.Go(walk, CatalogDependent.Function($"{schema}.{names[^1]}"), cascade);
    }

    /// <summary>A bare one may be of any schema of the path.</summary>
    public static void Type(StatementWalk walk, List<string> names, string verb, E effects, bool cascade = false)
    {
        var first = names.Count > 1 ? names[^2] : walk.Names.CreationSchema;
        walk.Access(verb, "type", $"{first}.{names[^1]}", effects);
        foreach (var schema in names.Count > 1 || verb == "create" ? [first] : walk.Names.Schemas.Prepend(first).Distinct())
        {
            if (schema != first) walk.Imply(verb, $"{schema}.{names[^1]}", "type");
            if (verb == "drop") Dependents.Go(walk, CatalogDependent.Type($"{schema}.{names[^1]}"), cascade);
        }
    }

    /// <summary>It comes to be in another schema.</summary>
    public static void Move(StatementWalk walk, JsonElement item, string type, string home, E effects)
    {
        var kind = type is "OBJECT_FUNCTION" or "OBJECT_PROCEDURE" or "OBJECT_ROUTINE" or "OBJECT_AGGREGATE" ? "function" : Kind(type);
        walk.Access("create", kind, $"{home}.{Names(item)[^1]}", effects);
    }

    static void Relation(StatementWalk walk, List<string> names, string verb, E effects, bool cascade)
    {
        var (schema, name) = walk.Names.Relation(names.Count > 1 ? names[^2] : null, names[^1]);
        walk.Access(verb, "table", $"{schema}.{name}", effects);
        if (verb == "drop") Consequences.OfWriting(walk, schema, name, "drop", cascade: cascade);
        if (verb == "drop") Dependents.Go(walk, CatalogDependent.Table($"{schema}.{name}"), cascade);
    }

    static void Index(StatementWalk walk, List<string> names, bool cascade)
    {
        var (schema, name) = walk.Names.Relation(names.Count > 1 ? names[^2] : null, names[^1]);
        foreach (var table in walk.Context.Catalog.Indexes.GetValueOrDefault($"{schema}.{name}", []))
        {
            walk.Imply("alter", table);
            if (cascade) Dependents.OfIndex(walk, table);
        }
    }

    // A trigger of a partitioned table is one of each partition.
    static void OfChildren(StatementWalk walk, List<string> names)
    {
        var (schema, name) = walk.Names.Relation(names.Count > 1 ? names[^2] : null, names[^1]);
        Consequences.OfChildren(walk, schema, name, "alter");
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
