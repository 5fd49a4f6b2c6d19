using System.Text.Json;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>Statements that change the schema or care for it.</summary>
static class SchemaStatements
{
    // Where statement nodes keep the relation that they are about.
    static readonly string[] Subjects = ["relation", "view", "sequence", "typevar", "table"];

    /// <summary>The relation, or else the name, that the statement is about; whatever else it mentions is visited too.</summary>
    public static void Simple(StatementWalk walk, JsonElement body, CteScope? scope, string verb, string kind, E effects, string? name)
    {
        walk.Add(effects);
        if (body.Field("base") is { } foreign) Simple(walk, foreign, scope, verb, kind, effects, null);
        else if (Subjects.FirstOrDefault(s => body.Field(s) is { ValueKind: JsonValueKind.Object } r && r.Field("relname") is not null) is { } subject)
        {
            if (verb == "create") QueryStatements.Create(walk, body.Field(subject)!.Value, effects);
            else Existing(walk, body.Field(subject)!.Value, verb, effects);
        }
        else if (body.Field("relations") is not null)
        {
            foreach (var r in body.Items("relations"))
                if (r.As("RangeVar") is { } range) Existing(walk, range, verb, effects);
        }
        else if (kind == "type" && name is not null && body.Names(name) is { Count: > 0 } type) ObjectNames.Type(walk, type, verb, effects);
        else walk.Access(verb, kind, Name(walk, body, name), effects);
        MayReplace(walk, body);
        foreach (var parent in body.Items("inhRelations"))
            if (parent.As("RangeVar") is { } above) Parent(walk, above);
        Options(walk, body);
        walk.VisitFields(body, scope, [.. Subjects, "base", "relations"]);
        walk.MayBePlumbing = false;
        walk.Command = new(SqlCommandKind.Ddl);
    }

    // Functions in its indexes and constraints run when it is built anew, and its children change with it.
    static void Existing(StatementWalk walk, JsonElement range, string verb, E effects)
    {
        var (schema, name) = walk.Relation(range, verb, effects);
        if (verb == "refresh") StoredRelations.Refresh(walk, schema, name);
        Consequences.OfWriting(walk, schema, name, "alter", children: verb == "alter" && range.Flag("inh"));
        if (verb != "alter" && range.Flag("inh")) Consequences.OfChildren(walk, schema, name, verb);
    }

    // What is put into a child is in its parents.
    static void Parent(StatementWalk walk, JsonElement range)
    {
        var (schema, name) = walk.Names.Relation(range.Text("schemaname"), range.Text("relname") ?? "");
        walk.Imply("alter", $"{schema}.{name}");
    }

    // Where file_fdw and its like take their rows from.
    static void Options(StatementWalk walk, JsonElement body)
    {
        foreach (var item in body.Items("options")) Option(walk, item);
    }

    static void Option(StatementWalk walk, JsonElement item)
    {
        if (item.As("DefElem")?.Text("defname") is "program") walk.Add(E.CodeExec);
        else if (item.As("DefElem")?.Text("defname") is "filename") walk.Add(E.FileAccess);
    }

    /// <summary>CREATE OR REPLACE changes what is there.</summary>
    public static void MayReplace(StatementWalk walk, JsonElement body)
    {
        if (!body.Flag("replace")) return;
        foreach (var made in walk.Accesses.Where(static a => a.Verb == "create").ToArray()) walk.Imply("alter", made.Name, made.Kind);
    }

    static string Name(StatementWalk walk, JsonElement body, string? field)
    {
        if (field is null) return "*";
        if (body.Text(field) is { } text) return text;
        return body.Names(field) switch { [] => "*", [var one] => $"{walk.Names.CreationSchema}.{one}", var names => string.Join('.', names) };
    }

    /// <summary>What CREATE SCHEMA makes besides, it makes there.</summary>
    public static void CreateSchema(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        var schema = body.Text("schemaname") ?? body.Field("authrole")?.Text("rolename") ?? "*";
        walk.Access("create", "schema", schema, E.Ddl);
        if (body.Field("schemaElts") is { } elements)
        {
            var within = new StatementWalk(walk.Context with { SearchPath = [schema, .. walk.Context.SearchPath] }, walk.Text, walk.Depth + 1, walk.Stored) { Tree = walk.Tree };
            within.Visit(elements, scope);
            walk.Merge(within);
        }
        walk.Command = new(SqlCommandKind.Ddl);
    }

    /// <summary>Indexes and statistics worked out anew, of what the statement names or of everything.</summary>
    public static void Reindex(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        Simple(walk, body, scope, "reindex", "schema", E.Ddl | E.Lock, "name");
        switch (body.Text("kind"))
        {
            case "REINDEX_OBJECT_TABLE": return;
            case "REINDEX_OBJECT_SCHEMA": Consequences.OfRebuilding(walk, body.Text("name"), "reindex"); return;
            case "REINDEX_OBJECT_INDEX" when body.Field("relation") is { } index && Tables(walk, index) is { Count: > 0 } tables:
                foreach (var table in tables) Consequences.OfRebuilding(walk, table, "reindex");
                return;
            default: Consequences.OfRebuilding(walk, (string?)null, "reindex"); return;
        }
    }

    static List<CatalogRelation> Tables(StatementWalk walk, JsonElement index)
    {
        var (schema, name) = walk.Names.Relation(index.Text("schemaname"), index.Text("relname") ?? "");
        return [.. walk.Context.Catalog.Indexes.GetValueOrDefault($"{schema}.{name}", []).Select(walk.Context.Catalog.Relations.GetValueOrDefault).OfType<CatalogRelation>()];
    }

    /// <summary>CLUSTER without a table is of all that were clustered before.</summary>
    public static void Cluster(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        Simple(walk, body, scope, "cluster", "table", E.Ddl | E.Lock, null);
        if (body.Field("relation") is null) Consequences.OfRebuilding(walk, (string?)null, "cluster");
    }

    /// <summary>ALTER TABLE ALL IN TABLESPACE: which those are, nobody knows here.</summary>
    public static void MoveAll(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        Simple(walk, body, scope, "alter", "other", E.Ddl, "orig_tablespacename");
        Consequences.OfSchema(walk, null, "alter", functions: false);
    }

    public static void CreateTableAs(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        if (body.Field("into") is { } into) QueryStatements.Into(walk, into, scope);
        walk.VisitFields(body, scope, "into");
        walk.MayBePlumbing = false;
        walk.Command = new(SqlCommandKind.Ddl);
    }

    public static void AlterTable(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        var effects = E.Ddl;
        foreach (var command in body.Items("cmds"))
            effects |= command.As("AlterTableCmd")?.Text("subtype") switch
            {
                "AT_DropColumn" => E.Destructive,
                "AT_AlterColumnType" when command.As("AlterTableCmd")?.Field("def")?.As("ColumnDef")?.Field("raw_default") is not null => E.Write | E.MassWrite, // USING
                "AT_ChangeOwner" or "AT_EnableRowSecurity" or "AT_DisableRowSecurity" or "AT_ForceRowSecurity" or "AT_NoForceRowSecurity" => E.Privilege,
                "AT_DisableTrig" or "AT_DisableTrigAll" or "AT_DisableTrigUser" or "AT_EnableAlwaysTrig" or "AT_EnableReplicaTrig" or "AT_DisableRule" => E.Privilege,
                _ => E.None,
            };
        Simple(walk, body, scope, "alter", "table", effects, null);
        foreach (var command in body.Items("cmds"))
        {
            if (command.As("AlterTableCmd") is not { } c) continue;
            if (Relative(c) is { } relative) Existing(walk, relative, "alter", E.Ddl);
            if (c.Text("subtype") == "AT_GenericOptions") Foreign(walk, c);
            if (c.Text("subtype") == "AT_AlterColumnType" && body.Field("relation") is { } retyped)
            {
                var (schema, name) = walk.Names.Relation(retyped.Text("schemaname"), retyped.Text("relname") ?? "");
                Consequences.OfRetyping(walk, schema, name, c.Text("name"));
            }
            if (body.Field("relation") is { } relation && (c.Text("subtype") == "AT_DropColumn" || c.Text("behavior") == "DROP_CASCADE")) Lose(walk, relation, c);
        }
    }

    // Other options of a foreign table lead elsewhere.
    static void Foreign(StatementWalk walk, JsonElement command)
    {
        walk.Add(E.Network);
        foreach (var item in command.Field("def")?.As("List")?.Items("items") ?? []) Option(walk, item);
    }

    // DROP COLUMN takes its sequence along, with CASCADE views, too, whichever columns they show, and DROP CONSTRAINT … CASCADE foreign keys; a composite type's tables change with it.
    static void Lose(StatementWalk walk, JsonElement relation, JsonElement command)
    {
        var (schema, name) = walk.Names.Relation(relation.Text("schemaname"), relation.Text("relname") ?? "");
        var column = command.Text("subtype") == "AT_DropColumn" ? walk.Names.Find(schema, name)?.Columns.FirstOrDefault(c => c.Name == command.Text("name")) : null;
        var cascade = command.Text("behavior") == "DROP_CASCADE";
        Dependents.Go(walk, CatalogDependent.Table($"{schema}.{name}"), cascade, column?.Number ?? Dependents.Part);
        if (!cascade) return;
        Dependents.Go(walk, CatalogDependent.Type($"{schema}.{name}"), cascade, Dependents.Part);
        Consequences.OfTyped(walk, $"{schema}.{name}");
    }

    // A partition, or a parent, becomes another's or its own again.
    static JsonElement? Relative(JsonElement command) => command.Text("subtype") switch
    {
        "AT_AttachPartition" or "AT_DetachPartition" or "AT_DetachPartitionFinalize" => command.Field("def")?.As("PartitionCmd")?.Field("name"),
        "AT_AddInherit" or "AT_DropInherit" => command.Field("def")?.As("RangeVar"),
        _ => null,
    };

    public static StatementRule AlterObject(E effects) => OnObject("alter", effects);

    /// <summary>Statements with <c>objectType</c> or <c>objtype</c> and either a relation or an object.</summary>
    public static StatementRule OnObject(string verb, E effects) => (walk, body, _) =>
    {
        if (body.Field("relation") is { } relation) walk.Relation(relation, verb, effects);
        else if (body.Field("object") is { } item) ObjectNames.Access(walk, item, body.Text("objectType") ?? body.Text("objtype") ?? "", verb, effects);
        else walk.Access(verb, "other", "*", effects);
        if (body.Text("newschema") is { } home) Move(walk, body, home, body.Text("objectType") == "OBJECT_EXTENSION" ? effects | E.CodeExec : effects);
        walk.Command = new(SqlCommandKind.Ddl);
    };

    // SET SCHEMA: there it comes to be.
    static void Move(StatementWalk walk, JsonElement body, string home, E effects)
    {
        if (body.Field("relation") is { } relation) walk.Access("create", "table", $"{home}.{relation.Text("relname")}", effects);
        else if (body.Field("object") is { } item) ObjectNames.Move(walk, item, body.Text("objectType") ?? "", home, effects);
    }

    /// <summary>ALTER EXTENSION … ADD: the extension is of its kind from now on, and takes it along when it goes.</summary>
    public static void ExtensionContents(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.Access("alter", "other", body.Text("extname") ?? "*", E.Ddl | E.CodeExec);
        if (body.Field("object") is { } item) ObjectNames.Access(walk, item, body.Text("objtype") ?? "", "alter", E.Ddl);
        walk.Command = new(SqlCommandKind.Ddl);
    }

    /// <summary>Tables are published by name, by schema or all of them.</summary>
    public static StatementRule Publication(string verb) => (walk, body, scope) =>
    {
        Simple(walk, body, scope, verb, "other", E.Ddl | E.Network, "pubname");
        if (body.Flag("for_all_tables")) Consequences.OfSchema(walk, null, "select", functions: false);
        foreach (var item in body.Items("pubobjects"))
        {
            if (item.As("PublicationObjSpec") is not { } spec || spec.Text("pubobjtype") is not { } kind || !kind.Contains("IN", StringComparison.Ordinal)) continue;
            foreach (var schema in spec.Text("name") is { } name ? [name] : walk.Names.Schemas.ToArray()) Consequences.OfSchema(walk, schema, "select", functions: false);
        }
    };

    public static void Rename(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        var type = body.Text("renameType") ?? "";
        if (type is "OBJECT_SCHEMA") walk.Access("create", "schema", body.Text("newname") ?? "*", E.Ddl);
        if (type is "OBJECT_ROLE") walk.Access("alter", "role", body.Text("subname") ?? "*", E.Privilege);
        else if (type is "OBJECT_SCHEMA" or "OBJECT_DATABASE" && body.Text("subname") is { } old)
        {
            walk.Access("alter", type == "OBJECT_SCHEMA" ? "schema" : "database", old, E.Ddl);
            if (type == "OBJECT_SCHEMA") Consequences.OfSchema(walk, old, "alter", renamed: body.Text("newname"));
        }
        else if (body.Field("relation") is { } relation)
        {
            var (schema, name) = walk.Relation(relation, "alter", E.Ddl);
            if (type is "OBJECT_COLUMN" or "OBJECT_TABCONSTRAINT" or "OBJECT_TRIGGER" && relation.Flag("inh")) Consequences.OfChildren(walk, schema, name, "alter");
            if (type == "OBJECT_ATTRIBUTE") Consequences.OfTyped(walk, $"{schema}.{name}");
            if (type is "OBJECT_TABLE" or "OBJECT_VIEW" or "OBJECT_MATVIEW" or "OBJECT_FOREIGN_TABLE" or "OBJECT_SEQUENCE") walk.Imply("create", $"{schema}.{body.Text("newname")}");
        }
        else if (body.Field("object") is { } item) ObjectNames.Access(walk, item, type, "alter", E.Ddl);
        else walk.Access("alter", "other", body.Text("subname") ?? "*", E.Ddl);
        walk.Command = new(SqlCommandKind.Ddl) { NewName = type == "OBJECT_COLUMN" ? null : body.Text("newname") };
    }

    public static void Drop(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        foreach (var item in body.Items("objects"))
        {
            var cascade = body.Text("behavior") == "DROP_CASCADE";
            ObjectNames.Access(walk, item, body.Text("removeType") ?? "", "drop", E.Ddl | E.Destructive, cascade);
            if (body.Text("removeType") == "OBJECT_SCHEMA" && item.As("String")?.Text("sval") is { } schema) Consequences.OfSchema(walk, schema, "drop", cascade: cascade);
        }
        walk.Command = new(SqlCommandKind.Ddl);
    }

    public static void Truncate(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        foreach (var relation in body.Items("relations"))
            if (relation.As("RangeVar") is { } range)
            {
                var (schema, name) = walk.Relation(range, "truncate", E.Write | E.MassWrite | E.Destructive);
                Consequences.OfTarget(walk, schema, name);
                Consequences.OfWriting(walk, schema, name, "truncate", range.Flag("inh"), body.Text("behavior") == "DROP_CASCADE");
            }
    }

    public static void Vacuum(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        var verb = body.Flag("is_vacuumcmd") ? "vacuum" : "analyze";
        foreach (var item in body.Items("rels"))
            if (item.As("VacuumRelation")?.Field("relation") is { } range) Existing(walk, range, verb, E.Lock);
        if (walk.Accesses.Count > 0) return;
        walk.Access(verb, "database", "*", E.Lock);
        Consequences.OfRebuilding(walk, (string?)null, verb);
    }
}
