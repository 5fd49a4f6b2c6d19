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

    /// <summary>Casts by functions outside pg_catalog.</summary>
    public IReadOnlyList<CatalogCast> Casts { get; init; } = [];

    /// <summary>The CHECKs and defaults of domains, by the type's bare name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Domains { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Arrays, rows, ranges and domains, by bare name: the bare names of the types in them that have CHECKs or casts.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> TypesWithin { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Qualified names of functions, compiled ones left out, by which operator classes and ranges compare, sort and hash.</summary>
    public IReadOnlyList<string> Comparisons { get; init; } = [];

    /// <summary>Types with CHECKs in them, by number: their bare names.</summary>
    public IReadOnlyDictionary<uint, string> CheckedTypes { get; init; } = new Dictionary<uint, string>();

    /// <summary>Qualified names of the functions that run on DDL.</summary>
    public IReadOnlyList<string> EventTriggers { get; init; } = [];

    /// <summary>Qualified names of types, but for those that relations, arrays and multiranges bring with them.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>The tables of indexes, by the indexes' qualified names.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Indexes { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>What hangs on something, by <see cref="CatalogDependent.Table"/>, <see cref="CatalogDependent.Function"/> and their like.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<CatalogDependent>> Dependents { get; init; } = new Dictionary<string, IReadOnlyList<CatalogDependent>>();

    public static readonly CatalogSnapshot Empty = new();

    /// <summary>Nothing is known, and there may be functions that nobody has seen: what stands behind a dot may be one.</summary>
    public static readonly CatalogSnapshot Changed = new();
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
    /// <summary>The first number that PostgreSQL gives to what others make.</summary>
    public const uint FirstOfOthers = 16384;

    public string QualifiedName => $"{Schema}.{Name}";

    /// <summary>PostgreSQL's own. Others may have put theirs into its schemas, too.</summary>
    public bool IsSystem => Oid < FirstOfOthers && Schema is "pg_catalog" or "information_schema";

    public IReadOnlyList<CatalogTrigger> Triggers { get; init; } = [];

    public IReadOnlyList<CatalogRule> Rules { get; init; } = [];

    /// <summary>Tables with foreign keys to this one.</summary>
    public IReadOnlyList<CatalogCascade> Cascades { get; init; } = [];

    public IReadOnlyList<CatalogExpression> Expressions { get; init; } = [];

    /// <summary>The composite type that it is a table of: qualified name.</summary>
    public string? OfType { get; init; }

    /// <summary>Of the session's own: nothing hangs on it, and nothing else is read with it.</summary>
    public bool IsBare { get; init; }

    /// <summary>Of the session's own: it holds nothing but what is known to be masked nowhere else. Its columns are as those of any other table.</summary>
    public bool IsVouched { get; init; }
}

/// <param name="Function">Qualified name.</param>
/// <param name="Type">pg_trigger.tgtype: 4 insert, 8 delete, 16 update, 32 truncate.</param>
/// <param name="Definition">CREATE TRIGGER, when it has a WHEN.</param>
public sealed record CatalogTrigger(string Function, short Type, string? Definition)
{
    /// <summary>It may wait for the end of the transaction.</summary>
    public bool Deferrable { get; init; }
}

/// <param name="Event">pg_rewrite.ev_type: <c>2</c> update, <c>3</c> insert, <c>4</c> delete.</param>
/// <param name="Definition">CREATE RULE.</param>
public sealed record CatalogRule(char Event, string Definition);

/// <param name="Child">The table with the foreign key.</param>
/// <param name="OnDelete">pg_constraint.confdeltype: <c>c</c> cascade, <c>n</c> set null, <c>d</c> set default, otherwise nothing.</param>
public sealed record CatalogCascade(string Child, char OnDelete, char OnUpdate)
{
    /// <summary>Numbers of the columns that are referred to.</summary>
    public IReadOnlyList<short> Key { get; init; } = [];

    /// <summary>Numbers of the child's columns that refer to them.</summary>
    public IReadOnlyList<short> ChildKey { get; init; } = [];
}

/// <param name="Kind"><c>d</c> default, <c>c</c> check, <c>v</c> check of a column's domain, <c>t</c> check of a domain within a column's type, <c>i</c> index or partition key,
/// <c>u</c> which rows a unique index has, <c>x</c> how a row is compared with the others (<c>(during) OPERATOR(pg_catalog.&amp;&amp;) (during)</c>), <c>s</c> statistics, <c>p</c> row policy.</param>
public sealed record CatalogExpression(char Kind, string Text);

/// <param name="Target">The type's bare name.</param>
/// <param name="Context"><c>e</c> explicit, <c>a</c> assignment, <c>i</c> implicit.</param>
/// <param name="Function">Qualified name.</param>
public sealed record CatalogCast(string Target, char Context, string Function)
{
    /// <summary>The database's own types that it is from or to, and those that hold them: bare names by oid. Empty: it is between PostgreSQL's own.</summary>
    public IReadOnlyDictionary<uint, string> Types { get; init; } = new Dictionary<uint, string>();
}

/// <param name="Node">What hangs, by <see cref="Table"/> and its like, or what no rule can name.</param>
/// <param name="Way"><c>g</c> it goes, <c>c</c> it loses a column, <c>a</c> it loses something else.</param>
/// <param name="Auto">Without CASCADE, too.</param>
/// <param name="OnPart">On a column, an index or a constraint.</param>
public sealed record CatalogDependent(string Node, char Way, bool Auto, bool OnPart)
{
    /// <summary>The number of the column that it is a part of.</summary>
    public short? Column { get; init; }

    public static string Table(string name) => $"table {name}";

    public static string Function(string name) => $"function {name}";

    public static string Type(string name) => $"type {name}";

    public static string Extension(string name) => $"extension {name}";

    /// <summary>What has names of its own in it that no rule can name; all else in a schema goes with it anyway.</summary>
    public static string Schema(string name) => $"schema {name}";
}

/// <param name="Number">pg_attribute.attnum, as RowDescription gives it.</param>
public sealed record CatalogColumn(string Name, short Number, uint TypeOid)
{
    /// <summary>The expression of a generated column (<c>pg_get_expr</c>); null for others.</summary>
    public string? Generated { get; init; }

    public bool NotNull { get; init; }

    public bool InPrimaryKey { get; init; }

    /// <summary>Its table is partitioned by it; any column counts where an expression is among the keys.</summary>
    public bool InPartitionKey { get; init; }

    /// <summary>Of another collation than the database's.</summary>
    public bool Collated { get; init; }
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

    /// <summary>It gives several rows, or is an aggregate or a window function.</summary>
    public bool IsOverRows { get; init; }

    /// <summary>The extension that it belongs to.</summary>
    public string? Extension { get; init; }

    /// <summary>Written in a language that only superusers may use, other than C.</summary>
    public bool Untrusted { get; init; }

    /// <summary>The qualified names of the functions that do the work: of an aggregate, and of one that is another name for PostgreSQL's own.</summary>
    public IReadOnlyList<string> Calls { get; init; } = [];
}
