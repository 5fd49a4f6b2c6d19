using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>Expressions that belong to a table: defaults, CHECKs, expressions of indexes, row policies. Most only compute and are looked at once.</summary>
static class AttachedExpressions
{
    static readonly ConditionalWeakTable<CatalogExpression, StrongBox<JsonElement?>> Known = [];

    static readonly ConditionalWeakTable<CatalogSnapshot, FrozenDictionary<string, JsonElement[]>> Checks = [];

    static readonly SqlContext Bare = new() { Catalog = CatalogSnapshot.Empty, SearchPath = ["pg_catalog"] };

    public static void Visit(StatementWalk walk, CatalogRelation relation, string kinds)
    {
        foreach (var expression in relation.Expressions)
            if (kinds.Contains(expression.Kind) && Known.GetValue(expression, static e => new(Reaching(e.Text))).Value is { } tree) Visit(walk, tree, expression.Kind == 't');
    }

    /// <summary>The CHECKs of a domain of this bare name.</summary>
    /// <param name="within">It is within another type.</param>
    public static void VisitDomain(StatementWalk walk, string type, bool within)
    {
        foreach (var tree in ChecksOf(walk.Context.Catalog).GetValueOrDefault(type, [])) Visit(walk, tree, within);
    }

    /// <summary>Some CHECK of a domain has code of the database's own.</summary>
    public static bool AnyChecks(CatalogSnapshot catalog) => catalog.CheckedTypes.Count > 0 && ChecksOf(catalog).Count > 0;

    /// <summary>That of this type has, or one in it.</summary>
    public static bool HasChecks(CatalogSnapshot catalog, string type) => catalog.TypesWithin.GetValueOrDefault(type, []).Prepend(type).Any(ChecksOf(catalog).ContainsKey);

    static FrozenDictionary<string, JsonElement[]> ChecksOf(CatalogSnapshot catalog) => Checks.GetValue(catalog, static c => c.Domains
        .Select(static d => KeyValuePair.Create(d.Key, d.Value.Select(Reaching).OfType<JsonElement>().ToArray())).Where(static d => d.Value.Length > 0).ToFrozenDictionary());

    /// <summary>The CHECKs of a type and of those in it, where a value is read and not cast.</summary>
    public static void VisitType(StatementWalk walk, string type, bool within)
    {
        foreach (var part in walk.Context.Catalog.TypesWithin.GetValueOrDefault(type, []).Prepend(type)) VisitDomain(walk, part, within);
    }

    static void Visit(StatementWalk walk, JsonElement tree, bool within)
    {
        walk.Stored.ChecksConstants |= within;
        walk.Stored.ChecksValues = true;
        if (tree.ValueKind == JsonValueKind.Undefined)
        {
            walk.Add(E.Unknown);
            return;
        }
        var one = new StatementWalk(walk.Context, "", walk.Depth + 1, walk.Stored) { MayBePlumbing = true };
        one.Visit(tree, null);
        if (!one.Understood || one.SessionDependent) walk.Add(E.Unknown);
        walk.MergeImplied(one);
    }

    // Null when it only computes; undefined when it does not parse.
    static JsonElement? Reaching(string text)
    {
        var parsed = PgParser.Parse("SELECT " + text);
        if (!parsed.Succeeded) return default(JsonElement);
        using var document = JsonDocument.Parse(parsed.Json, StoredText.Deep);
        var tree = document.RootElement.Clone();
        var probe = new StatementWalk(Bare, "", 0, new()) { MayBePlumbing = true };
        probe.Visit(tree, null);
        var serial = (probe.Effects & ~(E.Read | E.Write)) == 0 && probe.Accesses.All(a => a.Name is "pg_catalog.nextval");
        return serial && probe.Understood ? null : tree;
    }
}
