namespace Hoop.Ingress.Sql.Catalog;

/// <summary>A target database's names at one moment. Immutable, shared by its sessions. Filled by Ingress from the system catalogs.</summary>
public sealed record CatalogSnapshot
{
    /// <summary>Increases with every refresh; part of cache keys.</summary>
    public long Version { get; init; }

    /// <summary>By qualified name, as stored (unquoted): <c>public.orders</c>.</summary>
    public IReadOnlyDictionary<string, CatalogRelation> Relations { get; init; } = new Dictionary<string, CatalogRelation>();

    /// <summary>By qualified name; overloads together.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<CatalogFunction>> Functions { get; init; } = new Dictionary<string, IReadOnlyList<CatalogFunction>>();

    /// <summary>Operators outside pg_catalog, by bare name: the qualified names of the functions behind them.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Operators { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    public static readonly CatalogSnapshot Empty = new();
}

/// <param name="Kind"><c>r</c> table, <c>v</c> view, <c>m</c> materialised view, <c>f</c> foreign table, <c>p</c> partitioned table, <c>S</c> sequence (pg_class.relkind).</param>
/// <param name="Columns">In attribute order, dropped ones left out.</param>
/// <param name="Definition">For views: <c>pg_get_viewdef</c> (read with an empty search path, so that names are qualified).</param>
/// <param name="Parents">Qualified names of the tables it inherits from or is a partition of.</param>
/// <param name="HasRules">It has rewrite rules, a view's own SELECT rule not counted.</param>
public sealed record CatalogRelation(
    uint Oid, string Schema, string Name, char Kind, IReadOnlyList<CatalogColumn> Columns,
    string? Definition, IReadOnlyList<string> Parents, bool HasTriggers, bool HasRules)
{
    public string QualifiedName => $"{Schema}.{Name}";
}

/// <param name="Number">pg_attribute.attnum, as RowDescription gives it.</param>
public sealed record CatalogColumn(string Name, short Number, uint TypeOid)
{
    /// <summary>The expression of a generated column (<c>pg_get_expr</c>); null for others.</summary>
    public string? Generated { get; init; }

    public bool NotNull { get; init; }
}

/// <param name="Volatility"><c>i</c>, <c>s</c> or <c>v</c>.</param>
/// <param name="Language"><c>internal</c>, <c>c</c>, <c>sql</c>, <c>plpgsql</c>, …</param>
/// <param name="Source">The body for sql and plpgsql functions.</param>
public sealed record CatalogFunction(
    uint Oid, string Schema, string Name, char Volatility, string Language, bool SecurityDefiner, string? Source)
{
    /// <summary>What it gives when called in FROM: the names of a record's columns; empty for one unnamed value; null when that depends on the call.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>For sql and plpgsql: the whole CREATE FUNCTION (pg_get_functiondef), with defaults, settings and standard-SQL bodies.</summary>
    public string? Definition { get; init; }

    /// <summary>Written in a language that only superusers may use, other than C.</summary>
    public bool Untrusted { get; init; }

    /// <summary>For aggregates: the qualified names of the functions that do the work.</summary>
    public IReadOnlyList<string> Calls { get; init; } = [];
}
