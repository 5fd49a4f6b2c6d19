using System.Collections.Frozen;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>
/// What a call by name may reach. Which overload is called depends on types that are not known here, so everything the search path
/// offers under the name counts, and the worst of it decides.
/// </summary>
sealed class FunctionLookup(SqlContext context)
{
    const string System = "pg_catalog";

    /// <summary>Functions of pg_catalog that return what tables, other sessions or files hold, named by text or number.</summary>
    static readonly FrozenSet<string> ReadsData = FrozenSet.Create(
        "query_to_xml", "query_to_xml_and_xmlschema", "query_to_xmlschema", "cursor_to_xml", "cursor_to_xmlschema",
        "table_to_xml", "table_to_xml_and_xmlschema", "table_to_xmlschema", "schema_to_xml", "schema_to_xml_and_xmlschema", "schema_to_xmlschema",
        "database_to_xml", "database_to_xml_and_xmlschema", "database_to_xmlschema", "ts_stat", "ts_rewrite",
        "pg_read_file", "pg_read_file_old", "pg_read_file_all", "pg_read_binary_file", "pg_read_binary_file_all", "lo_get", "loread", "lo_import", "lo_export",
        "pg_logical_slot_get_changes", "pg_logical_slot_peek_changes", "pg_logical_slot_get_binary_changes", "pg_logical_slot_peek_binary_changes",
        "pg_stat_get_activity", "pg_stat_get_backend_activity", "pg_mcv_list_items", "pg_get_partition_constraintdef", "pg_current_logfile", "pg_cursor", "pg_prepared_statement");

    /// <summary>
    /// They run a text as SQL, which may do anything with any column. Those of well-known extensions count in any schema: what is not one of
    /// them and has such a name is refused in error, not let through.
    /// </summary>
    static readonly FrozenSet<string> RunsText = FrozenSet.Create(
        "query_to_xml", "query_to_xml_and_xmlschema", "query_to_xmlschema", "ts_stat", "ts_rewrite",
        "dblink", "dblink_exec", "dblink_open", "dblink_send_query", "crosstab", "crosstab2", "crosstab3", "crosstab4", "crosstabn", "connectby",
        "xpath_table");

    /// <summary>Volatile, but nothing that they are given stays anywhere.</summary>
    static readonly FrozenSet<string> Forgets = FrozenSet.Create(
        "random", "random_normal", "clock_timestamp", "timeofday", "gen_random_uuid", "uuidv4", "uuidv7",
        "pg_get_serial_sequence", "has_table_privilege", "pg_relation_size", "pg_table_size", "pg_total_relation_size", "pg_size_pretty",
        "pg_database_size", "pg_indexes_size", "pg_tablespace_size", "currval", "lastval", "nextval", "pg_is_in_recovery", "txid_current");

    readonly CatalogSnapshot _catalog = context.Catalog;

    public FunctionTraits Find(IReadOnlyList<string?> names)
    {
        if (names is [{ } bare]) return FindBare(bare);
        return names.Count >= 2 && names[^1] is { } name && names[^2] is { } schema ? FindQualified(schema + "." + name) : FunctionTraits.Unknown("?");
    }

    public bool Has(string bare) => Path.Any(s => Overloads($"{s}.{bare}").Count > 0);

    /// <summary>A function outside pg_catalog, or a cast, by which a row may become something else.</summary>
    public bool TakesRows(string bare) => Casts(bare) || Path.Any(s => s != System && Overloads($"{s}.{bare}").Count > 0);

    /// <summary>There is a cast by somebody's function to the type of this name.</summary>
    public bool Casts(string bare) => _catalog.Casts.Any(c => c.Target == bare);

    /// <summary>False after a statement that nobody knows the names of.</summary>
    public bool AreKnown => _catalog.Functions.Count > 0;

    public FunctionTraits FindQualified(string name)
    {
        var overloads = Overloads(name);
        return overloads.Count == 0 ? FunctionTraits.Unknown(name) : Worst(name, overloads);
    }

    /// <summary>Whichever of the functions of this name is called, it gives the same for the same arguments.</summary>
    public bool IsImmutable(IReadOnlyList<string?> names) => names switch
    {
        [{ } bare] => Path.Select(s => Overloads($"{s}.{bare}")).FirstOrDefault(static o => o.Count > 0) is not null && Path.All(s => Overloads($"{s}.{bare}").All(IsImmutable)),
        [.., { } schema, { } name] => Overloads($"{schema}.{name}") is { Count: > 0 } found && found.All(IsImmutable),
        _ => false,
    };

    /// <summary>Aggregates are all called immutable; what works for them says what they are.</summary>
    bool IsImmutable(CatalogFunction function) =>
        function.Volatility == 'i' && function.Calls.All(c => Overloads(c) is { Count: > 0 } found && found.All(static f => f.Volatility == 'i'));

    IEnumerable<string> Path => context.SearchPath.Contains(System) ? context.SearchPath : context.SearchPath.Prepend(System);

    FunctionTraits FindBare(string name)
    {
        FunctionTraits? found = null;
        foreach (var schema in Path)
        {
            var qualified = schema + "." + name;
            var overloads = Overloads(qualified);
            if (overloads.Count == 0) continue;
            var traits = Worst(qualified, overloads);
            found = found is null ? traits : found.Or(traits);
        }
        return found ?? FunctionTraits.Unknown(name);
    }

    IReadOnlyList<CatalogFunction> Overloads(string name)
    {
        if (_catalog.Functions.TryGetValue(name, out var overloads)) return overloads;
        // A snapshot that was not read from a server knows no functions of PostgreSQL's own: those of the release we were built with stand in.
        return _catalog.Functions.ContainsKey("pg_catalog.count") ? [] : BuiltinFunctions.Find(name);
    }

    FunctionTraits Worst(string name, IReadOnlyList<CatalogFunction> overloads) =>
        overloads.Select(f => WithParts(Of(name, f), f)).Aggregate(static (a, b) => a.Or(b));

    /// <summary>An aggregate does what the functions do that it is made of, the user's own among them.</summary>
    FunctionTraits WithParts(FunctionTraits traits, CatalogFunction function)
    {
        foreach (var part in function.Calls.Where(c => c != traits.Name).Select(FindQualified))
            traits = traits with { Opaque = traits.Opaque || part.Opaque, Stores = traits.Stores || part.Stores, RunsText = traits.RunsText || part.RunsText };
        return traits;
    }

    static FunctionTraits Of(string name, CatalogFunction function)
    {
        if (function.Oid < CatalogRelation.FirstOfOthers && function.Schema is System or "information_schema")
        {
            var stores = function.Volatility == 'v' && !Forgets.Contains(function.Name);
            return new(name, ReadsData.Contains(function.Name), stores, function.Columns) { RunsText = RunsText.Contains(function.Name) };
        }
        // Compiled code that calls itself immutable computes; SQL and procedural code may say so and read tables all the same.
        var computes = function is { Language: "c" or "internal", Volatility: 'i' };
        return new(name, !computes, function.Volatility == 'v', function.Columns) { RunsText = RunsText.Contains(function.Name) || function.Schema == "cron" };
    }
}
