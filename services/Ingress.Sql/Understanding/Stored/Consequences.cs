using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Lineage;
using Hoop.Ingress.Sql.Parsing;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>
/// What the database does by itself when a relation is used: triggers, rules, cascades of foreign keys, children, the table below a view, expressions
/// that call functions. It is reported as implied; what cannot be followed is unknown.
/// </summary>
static class Consequences
{
    /// <summary>A table with more children than this is named alone: nobody writes rules about each of a thousand partitions.</summary>
    const int MostChildren = 100;

    /// <summary>Writing to one of the server's own: names and rights are made there, and the rule of pg_settings sets what a session goes by.</summary>
    public const E OfSystem = E.Ddl | E.Privilege | E.Session;

    /// <param name="verb">insert, update, delete, truncate, alter, drop.</param>
    /// <param name="children">Without ONLY.</param>
    public static void OfWriting(StatementWalk walk, string schema, string name, string verb, bool children = true, bool cascade = false)
    {
        if (walk.Names.Find(schema, name) is not { IsSystem: false } relation) return;
        if (!walk.Stored.Begin($"{verb} {relation.QualifiedName} {children} {cascade}")) return;
        Own(walk, relation, verb, cascade);
        if (!children) return;
        var all = Descendants(walk.Context.Catalog, relation);
        foreach (var child in all)
        {
            if (all.Count <= MostChildren) walk.Imply(verb, child.QualifiedName);
            if (child.Kind == 'f') walk.Add(E.Network);
            Own(walk, child, verb, cascade);
            if (verb == "update" && relation.Kind == 'p') Move(walk, child, named: all.Count <= MostChildren);
        }
    }

    // A row that no longer belongs to its partition is deleted there and inserted into another.
    static void Move(StatementWalk walk, CatalogRelation partition, bool named)
    {
        foreach (var verb in (string[])["delete", "insert"])
        {
            if (named) walk.Imply(verb, partition.QualifiedName);
            Own(walk, partition, verb, cascade: false);
        }
    }

    /// <summary>What is written to a relation that may be a view goes somewhere else, and to one that nobody has looked at, nobody knows.</summary>
    public static void OfTarget(StatementWalk walk, string schema, string name)
    {
        if (!SystemRelations.IsSystem(schema) && walk.Names.Find(schema, name) is null && MayBeMore(walk, schema, name)) walk.Add(E.Unknown);
    }

    static bool MayBeMore(StatementWalk walk, string schema, string name)
    {
        var context = walk.Context;
        if (context.Changes is { } changes && (changes.Tables.Contains($"{schema}.{name}") || changes.Tables.Contains($"pg_temp.{name}"))) return false;
        var temporary = schema == "pg_temp" && context.IsTemporary(name); // asked, so that the answer is not another session's
        if (context.Changes is { Before: null }) return true;
        if (schema == "pg_temp") return !temporary || !context.IsPlainTable($"pg_temp.{name}");
        if (context.Catalog.Relations.Count == 0 && context.Changes?.Before is not { Relations.Count: > 0 }) return false; // no catalog at all
        if (walk.Depth > 0) return true;
        walk.SessionDependent = true;
        return !context.IsPlainTable($"{schema}.{name}");
    }

    static void Own(StatementWalk walk, CatalogRelation relation, string verb, bool cascade)
    {
        var (trigger, rule) = verb switch { "insert" => (4, '3'), "delete" => (8, '4'), "update" => (16, '2'), "truncate" => (32, ' '), _ => (0, ' ') };
        foreach (var t in relation.Triggers)
            if ((t.Type & trigger) != 0) Fire(walk, t);
        foreach (var r in relation.Rules)
            if (r.Event == rule) Rewrite(walk, r);
        if (relation is { HasRules: true, Rules.Count: 0, Kind: not 'v' }) walk.Add(E.Unknown); // rewritten into something else
        AttachedExpressions.Visit(walk, relation, verb is "insert" or "update" ? "dcvtip" : verb is "alter" ? "dcvtis" : "p");
        foreach (var c in relation.Cascades) Cascade(walk, c, verb, cascade);
        if (relation.Kind == 'v' && trigger is 4 or 8 or 16) Below(walk, relation, verb);
    }

    static void Cascade(StatementWalk walk, CatalogCascade key, string verb, bool cascade)
    {
        var then = verb switch
        {
            "delete" => key.OnDelete switch { 'c' => "delete", 'n' or 'd' => "update", _ => null },
            "update" => key.OnUpdate is 'c' or 'n' or 'd' ? "update" : null,
            "truncate" when cascade => "truncate",
            _ => null,
        };
        if (then is null || walk.Context.Catalog.Relations.GetValueOrDefault(key.Child) is not { } child) return;
        walk.Imply(then, child.QualifiedName);
        OfWriting(walk, child.Schema, child.Name, then, cascade: cascade);
    }

    static void Fire(StatementWalk walk, CatalogTrigger trigger)
    {
        Run(walk, trigger.Function);
        if (trigger.Deferrable && !SystemRelations.Hold(trigger.Function)) walk.Stored.Deferred.Add(trigger.Function);
        if (trigger.Definition is not null) Part(walk, trigger.Definition, "CreateTrigStmt", "whenClause");
    }

    /// <summary>A function that the database calls: as good as its code, whatever it says of itself.</summary>
    public static void Run(StatementWalk walk, string function)
    {
        var dot = function.LastIndexOf('.');
        var name = function[(dot + 1)..];
        if (FunctionTable.Reaches(name, out var effects)) walk.Add(effects);
        if (function[..dot] == "pg_catalog") return;
        walk.Imply("execute", function, "function");
        if (!walk.Context.Catalog.Functions.TryGetValue(function, out var overloads)) walk.Add(E.Unknown);
        else
            foreach (var f in overloads)
            {
                if (walk.Stored.IsUnderWay(f)) continue; // its own doing sets it off again
                if (StoredWork.Of(walk, f) is { } facts) walk.Merge(facts, implied: true);
                else walk.Add(f.Untrusted ? E.CodeExec | E.Unknown : E.Unknown);
            }
    }

    static void Rewrite(StatementWalk walk, CatalogRule rule) => Part(walk, rule.Definition, "RuleStmt", "actions", "whereClause");

    static void Part(StatementWalk walk, string definition, string type, params ReadOnlySpan<string> fields)
    {
        var parsed = PgParser.Parse(definition);
        if (!parsed.Succeeded || walk.Depth >= StatementWalk.MaxDepth)
        {
            walk.Add(E.Unknown);
            return;
        }
        using var document = JsonDocument.Parse(parsed.Json, StoredText.Deep);
        var one = new StatementWalk(walk.Context with { SearchPath = ["pg_catalog"] }, definition, walk.Depth + 1, walk.Stored) { Plans = walk.Plans, Tree = document.RootElement };
        foreach (var field in fields)
            if (document.RootElement.Items("stmts").FirstOrDefault().Field("stmt")?.As(type)?.Field(field) is { } part) one.Visit(part, null);
        if (!one.Understood || one.SessionDependent) walk.Add(E.Unknown);
        walk.MergeImplied(one);
    }

    // A view that takes changes hands them to the one relation it is made of.
    static void Below(StatementWalk walk, CatalogRelation view, string verb)
    {
        if (view.Definition is null) return;
        var parsed = PgParser.Parse(view.Definition);
        if (!parsed.Succeeded)
        {
            walk.Add(E.Unknown);
            return;
        }
        using var document = JsonDocument.Parse(parsed.Json, StoredText.Deep);
        var select = document.RootElement.Items("stmts").FirstOrDefault().Field("stmt")?.As("SelectStmt");
        // Its conditions become the statement's own: which rows go, and with CHECK OPTION which may come.
        if (verb != "insert" || select?.Field("whereClause") is not null) StoredRelations.Define(walk, view.Definition, implied: true);
        if (select?.Items("fromClause").ToArray() is not [var only]) return;
        if (only.As("RangeVar") is not { } range || range.Text("relname") is not { } name) return;
        // Written without a schema because it is the one of the path that it was written under.
        var schema = range.Text("schemaname") ?? "pg_catalog";
        walk.Imply(verb, $"{schema}.{name}");
        if (SystemRelations.IsSystem(schema)) walk.Add(OfSystem);
        OfWriting(walk, schema, name, verb, range.Flag("inh"));
    }

    /// <summary>Children are read with their parent, and row policies look at every row.</summary>
    public static void OfReading(StatementWalk walk, CatalogRelation relation, bool children)
    {
        AttachedExpressions.Visit(walk, relation, "p");
        if (!children) return;
        var all = Descendants(walk.Context.Catalog, relation);
        foreach (var child in all)
        {
            if (all.Count <= MostChildren) walk.Imply("select", child.QualifiedName);
            if (child.Kind == 'f') walk.Add(E.Network);
        }
    }

    /// <summary>Expressions and rules become part of the plan; triggers do not.</summary>
    public static void OfPlanning(StatementWalk walk, CatalogRelation relation)
    {
        if (!walk.Stored.Begin($"plan {relation.QualifiedName}")) return;
        foreach (var part in Descendants(walk.Context.Catalog, relation).Prepend(relation))
        {
            AttachedExpressions.Visit(walk, part, "dcvtip");
            foreach (var r in part.Rules) Rewrite(walk, r);
        }
    }

    /// <summary>What happens to a schema happens to everything in it.</summary>
    /// <param name="schema">Null for all but the server's own.</param>
    /// <param name="renamed">What it is called from now on.</param>
    public static void OfSchema(StatementWalk walk, string? schema, string verb, bool relations = true, bool functions = true, string? renamed = null, bool cascade = false)
    {
        bool IsIn(string home) => schema is null ? !SystemRelations.IsSystem(home) : home == schema;
        var catalog = walk.Context.Catalog;
        if (relations)
            foreach (var relation in catalog.Relations.Values.Where(r => IsIn(r.Schema)).OrderBy(r => r.QualifiedName, StringComparer.Ordinal))
            {
                walk.Imply(verb, relation.QualifiedName);
                if (renamed is not null) walk.Imply("create", $"{renamed}.{relation.Name}");
            }
        if (functions)
            foreach (var function in catalog.Functions.Values.Select(f => f[0]).Where(f => IsIn(f.Schema)).OrderBy(f => $"{f.Schema}.{f.Name}", StringComparer.Ordinal))
            {
                walk.Imply(verb, $"{function.Schema}.{function.Name}", "function");
                if (renamed is not null) walk.Imply("create", $"{renamed}.{function.Name}", "function");
            }
        if (functions && verb is "drop" or "alter")
            foreach (var type in Dependents.OfSchema(catalog.Types, schema))
            {
                walk.Imply(verb, type, "type");
                if (renamed is not null) walk.Imply("create", $"{renamed}{type[schema!.Length..]}", "type");
            }
        if (cascade && schema is not null) Dependents.OfSchema(walk, schema);
    }

    /// <summary>What happens to a table happens to its children, too.</summary>
    public static void OfChildren(StatementWalk walk, string schema, string name, string verb)
    {
        if (walk.Names.Find(schema, name) is not { IsSystem: false } relation || Descendants(walk.Context.Catalog, relation) is not { Count: <= MostChildren } all) return;
        foreach (var child in all) walk.Imply(verb, child.QualifiedName);
    }

    /// <summary>Tables made of a composite type change with it, and so do their children.</summary>
    public static void OfTyped(StatementWalk walk, string type)
    {
        foreach (var relation in walk.Context.Catalog.Relations.Values.Where(r => r.OfType == type).OrderBy(r => r.QualifiedName, StringComparer.Ordinal))
        {
            walk.Imply("alter", relation.QualifiedName);
            OfChildren(walk, relation.Schema, relation.Name, "alter");
        }
    }

    /// <summary>Where a column gets another type, foreign keys to it are made anew.</summary>
    public static void OfRetyping(StatementWalk walk, string schema, string name, string? column)
    {
        if (walk.Names.Find(schema, name) is not { } relation) return;
        var number = relation.Columns.FirstOrDefault(c => c.Name == column)?.Number;
        foreach (var key in relation.Cascades)
            if (number is not { } known || key.Key.Count == 0 || key.Key.Contains(known)) walk.Imply("alter", key.Child);
    }

    /// <summary>Children are locked with their parent, and what a view reads with the view.</summary>
    public static void OfLocking(StatementWalk walk, string schema, string name, bool children)
    {
        if (walk.Names.Find(schema, name) is not { } relation || SystemRelations.IsSystem(schema) || !walk.Stored.Begin($"lock {relation.QualifiedName} {children}")) return;
        if (children)
            foreach (var child in Descendants(walk.Context.Catalog, relation)) walk.Imply("lock", child.QualifiedName);
        if (relation is not { Kind: 'v', Definition: { } definition }) return;
        if (StoredText.Read(walk, definition, searchPath: ["pg_catalog"]) is not { } read) walk.Add(E.Unknown);
        else
            foreach (var below in read.Accesses.Where(static a => a is { Verb: "select", Kind: "table" } && !SystemRelations.Hold(a.Name)))
            {
                walk.Imply("lock", below.Name);
                var dot = below.Name.IndexOf('.', StringComparison.Ordinal);
                OfLocking(walk, below.Name[..dot], below.Name[(dot + 1)..], children: true);
            }
    }

    /// <summary>Indexes and statistics of all tables, or of those in a schema, are worked out anew.</summary>
    public static void OfRebuilding(StatementWalk walk, string? schema, string verb)
    {
        foreach (var relation in walk.Context.Catalog.Relations.Values.Where(r => schema is null ? !SystemRelations.IsSystem(r.Schema) : r.Schema == schema).OrderBy(r => r.QualifiedName, StringComparer.Ordinal))
            if (relation.Kind is 'r' or 'p' or 'm') Rebuild(walk, relation, verb);
    }

    /// <summary>Those of a table and its children are.</summary>
    public static void OfRebuilding(StatementWalk walk, CatalogRelation table, string verb)
    {
        foreach (var one in Descendants(walk.Context.Catalog, table).Prepend(table)) Rebuild(walk, one, verb);
    }

    static void Rebuild(StatementWalk walk, CatalogRelation relation, string verb)
    {
        walk.Imply(verb, relation.QualifiedName);
        if (relation.Expressions.Count > 0) Own(walk, relation, "alter", cascade: false);
    }

    /// <summary>What any statement of its kind runs: event triggers for DDL, casts, CHECKs and comparisons that are not written down.</summary>
    /// <param name="accesses">What it touches, where the walk only asks what is planned.</param>
    public static void OfStatement(StatementWalk walk, IReadOnlyList<ObjectAccess>? accesses = null)
    {
        var catalog = walk.Context.Catalog;
        // Those on GRANT and REFRESH too.
        if (catalog.EventTriggers.Count > 0 && ((walk.Effects & (E.Ddl | E.Privilege)) != 0 || walk.Accesses.Any(static a => a.Verb == "refresh")))
            foreach (var function in catalog.EventTriggers) Run(walk, function);
        if (catalog.Casts.Count > 0) UnwrittenCasts.Visit(walk, catalog.Casts);
        UntypedValues.Visit(walk, accesses ?? walk.Accesses);
        foreach (var function in catalog.Comparisons) Compare(walk, function);
    }

    // ORDER BY, GROUP BY, DISTINCT, joins, indexes, partitions: by whatever type, and by functions of it that no text names.
    static void Compare(StatementWalk walk, string function)
    {
        var one = new StatementWalk(walk.Context, "", walk.Depth + 1, walk.Stored);
        Run(one, function);
        if (!OnlyComputes(one)) walk.MergeImplied(one);
    }

    /// <summary>A value becomes one of this type, and what is in it one of theirs.</summary>
    /// <param name="within">It may be the type of an array's elements.</param>
    public static void OfType(StatementWalk walk, string type, bool within = true)
    {
        Become(walk, type, within);
        foreach (var part in walk.Context.Catalog.TypesWithin.GetValueOrDefault(type, [])) Become(walk, part, within: true);
    }

    /// <summary>A value becomes one of a type that the text does not name.</summary>
    public static void OfAnyType(StatementWalk walk)
    {
        foreach (var type in walk.Context.Catalog.Domains.Keys) AttachedExpressions.VisitDomain(walk, type, within: false);
    }

    static void Become(StatementWalk walk, string type, bool within)
    {
        AttachedExpressions.VisitDomain(walk, type, within);
        foreach (var cast in walk.Context.Catalog.Casts)
            if (cast.Target == type) Cast(walk, cast);
    }

    // A cast that only computes is nothing to speak of.
    static void Cast(StatementWalk walk, CatalogCast cast)
    {
        var one = WorkOf(walk, cast);
        if (!OnlyComputes(one) || one.Accesses.Any(static a => a.Kind == "table")) walk.MergeImplied(one);
    }

    public static StatementWalk WorkOf(StatementWalk walk, CatalogCast cast)
    {
        var one = new StatementWalk(walk.Context, "", walk.Depth + 1, walk.Stored);
        // Its own result is of the type that it casts to.
        if (walk.Context.Catalog.Functions.GetValueOrDefault(cast.Function, []).Any(walk.Stored.IsUnderWay)) return one;
        var dot = cast.Function.LastIndexOf('.');
        FunctionCalls.Call(cast.Function[..dot], cast.Function[(dot + 1)..], one);
        return one;
    }

    public static bool OnlyComputes(StatementWalk one) => (one.Effects & ~E.Read) == 0;

    static List<CatalogRelation> Descendants(CatalogSnapshot catalog, CatalogRelation relation) =>
        [.. CatalogNames.Of(catalog).HeirsOf(relation).OrderBy(static r => r.QualifiedName, StringComparer.Ordinal)];
}
