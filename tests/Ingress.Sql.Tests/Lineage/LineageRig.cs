using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Lineage;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Tests.Lineage;

/// <summary>A small schema, and lineage written in one line: <c>id=customers.id; n=customers.ssn>pg_catalog.count; x=-; y=?</c> (constant, opaque).</summary>
static class LineageRig
{
    static readonly JsonDocumentOptions Deep = new() { MaxDepth = 4096 };

    public static readonly CatalogSnapshot Catalog = new()
    {
        Relations = new[]
        {
            Relation("public.customers", 'r', "id name email ssn note active"),
            Relation("public.orders", 'r', "id customer_id total status note"),
            Relation("public.archive", 'r', "id ssn note"),
            Relation("public.people", 'p', "id ssn"),
            Relation("public.people_1", 'r', "id ssn", parents: ["public.people"]),
            Relation("public.people_1a", 'r', "ssn id", parents: ["public.people_1"]),
            Relation("public.ruled", 'r', "id note") with { HasRules = true },
            Relation("public.badges", 'r', "id ssn last4", generated: ("last4", "\"right\"(ssn, 4)")),
            Relation("public.v", 'v', "id full_name tax", "SELECT customers.id, customers.name AS full_name, customers.ssn AS tax FROM public.customers WHERE (customers.ssn ~~ '1%'::text);"),
            Relation("public.vv", 'v', "who digits n", "SELECT v.full_name AS who, substr(v.tax, 1, 3) AS digits, count(v.tax) AS n FROM public.v GROUP BY v.full_name, (substr(v.tax, 1, 3));"),
            Relation("public.broken", 'v', "a", "SELECT nothing FROM public.nowhere;"),
            Relation("public.mv", 'm', "id tax", "SELECT customers.id, customers.ssn AS tax FROM public.customers;"),
            Relation("secret.accounts", 'r', "id iban"),
            Relation("pg_catalog.pg_class", 'r', "oid relname"),
            Relation("pg_catalog.pg_settings", 'v', "name setting"),
            Relation("public.listed", 'v', "called", "SELECT pg_class.relname AS called FROM pg_class;"),
            Relation("pg_catalog.pg_stats", 'v', "tablename most_common_vals"),
            Relation("pg_catalog.pg_stat_activity", 'v', "pid query"),
        }.ToDictionary(static r => r.QualifiedName),
        Functions = new[]
        {
            Function("public.leak", 'v', "plpgsql"), Function("public.peek", 's', "sql"), Function("public.similarity", 'i', "c"),
            Function("secret.upper", 'i', "plpgsql"),
        }.ToDictionary(static f => $"{f.Schema}.{f.Name}", static f => (IReadOnlyList<CatalogFunction>)[f]),
        Operators = new Dictionary<string, IReadOnlyList<string>> { ["%>"] = ["public.similarity"], ["==="] = ["public.leak"] },
    };

    public static SqlContext Context { get; } = new() { Catalog = Catalog, SearchPath = ["pg_catalog", "public"] };

    public static Sql.Lineage.Lineage Resolve(string sql, SqlContext? context = null)
    {
        var parsed = PgParser.Parse(sql);
        if (!parsed.Succeeded) throw new ArgumentException($"{parsed.Error}: {sql}");
        using var tree = JsonDocument.Parse(parsed.Json, Deep);
        return LineageResolver.Resolve(tree.RootElement.GetProperty("stmts")[0].GetProperty("stmt"), context ?? Context);
    }

    public static string Result(string sql, SqlContext? context = null) =>
        Resolve(sql, context).Result is { } columns ? string.Join("; ", columns.Select(Write)) : "none";

    /// <summary><c>customers.ssn:Equality</c>, sorted.</summary>
    public static string Uses(string sql, SqlContext? context = null) =>
        string.Join("; ", Resolve(sql, context).Uses.Select(static u => $"{Short(u.Column)}:{u.Kind}").Distinct().Order(StringComparer.Ordinal));

    /// <summary><c>customers.ssn=orders.note</c>, sorted.</summary>
    public static string Compared(string sql) =>
        string.Join("; ", Resolve(sql).Uses.Where(static u => u.With is not null).Select(static u => $"{Short(u.Column)}={Short(u.With!)}").Order(StringComparer.Ordinal));

    static string Write(ResultColumn column)
    {
        var sources = column.Sources.Select(static s => string.Join('>', s.Through.Prepend(Short(s.Column)))).Distinct().Order(StringComparer.Ordinal).ToList();
        if (column.Opaque) sources.Add("?");
        return $"{column.Name}={(sources.Count == 0 ? "-" : string.Join(",", sources))}";
    }

    static string Short(string column) => column.StartsWith("public.", StringComparison.Ordinal) ? column["public.".Length..] : column;

    public static CatalogRelation Relation(
        string name, char kind, string columns, string? definition = null, string[]? parents = null, (string Column, string Expression)? generated = null)
    {
        var parts = name.Split('.');
        var attributes = columns.Split(' ').Select((c, i) => new CatalogColumn(c, (short)(i + 1), 25)
        {
            Generated = c == generated?.Column ? generated?.Expression : null,
        });
        return new(0, parts[0], parts[1], kind, [.. attributes], definition, parents ?? [], false, false);
    }

    public static CatalogFunction Function(string name, char volatility, string language) =>
        new(0, name.Split('.')[0], name.Split('.')[1], volatility, language, false, null);
}
