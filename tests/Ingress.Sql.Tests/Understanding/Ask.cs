using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Tests.Understanding;

/// <summary>Short ways to ask the analyzer.</summary>
static class Ask
{
    public static readonly SqlAnalyzer Analyzer = new();

    public static SqlContext Context(CatalogSnapshot? catalog = null, params string[] path) =>
        new() { Catalog = catalog ?? CatalogSnapshot.Empty, SearchPath = path is [] ? ["pg_catalog", "public"] : path };

    public static SqlStatement Of(string sql, SqlContext? context = null) => Analyzer.Analyze(sql, context ?? Context()).Statements[^1];

    /// <summary><c>select public.t, delete public.u | read, write</c>, with <c>~</c> before what the database does by itself; or <c>plumbing</c>, or <c>?</c> when it is not understood.</summary>
    public static string Summary(SqlStatement s)
    {
        if (!s.Facts.Understood) return "?";
        if (s.Facts.Plumbing) return "plumbing";
        var accesses = string.Join(", ", s.Facts.Accesses.Select(a => (a.Implied ? "~" : "") + (a.Kind is "table" or "function" ? $"{a.Verb} {a.Name}" : $"{a.Verb} {a.Kind}:{a.Name}")));
        var effects = string.Join(", ", Enum.GetValues<Contracts.Operations.Effects>()
            .Where(e => e != Contracts.Operations.Effects.None && s.Facts.Effects.HasFlag(e)).Select(e => e.ToString().ToLowerInvariant()));
        return $"{accesses} | {(effects == "" ? "none" : effects)}";
    }

    public static CatalogRelation Table(string schema, string name, char kind = 'r', string? definition = null, bool rules = false, params string[] columns) =>
        new(1, schema, name, kind, [.. columns.Select((c, i) => new CatalogColumn(c, (short)(i + 1), 25))], definition, [], false, rules);

    public static CatalogFunction Function(string schema, string name, string language, char volatility, string? source = null, bool definer = false) =>
        new(2, schema, name, volatility, language, definer, source);

    public static CatalogSnapshot Snapshot(IEnumerable<CatalogRelation> relations, params CatalogFunction[] functions) => new()
    {
        Version = 1,
        Relations = relations.ToDictionary(r => r.QualifiedName),
        Functions = functions.GroupBy(f => $"{f.Schema}.{f.Name}").ToDictionary(g => g.Key, g => (IReadOnlyList<CatalogFunction>)[.. g]),
    };
}
