using System.Collections.Frozen;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Understanding;

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
        "pg_stat_get_activity", "pg_stat_get_backend_activity", "pg_mcv_list_items", "pg_get_partition_constraintdef", "pg_current_logfile", "pg_cursor", "pg_prepared_statement",
        "pg_get_backend_memory_contexts", "pg_get_process_memory_contexts", "pg_stat_get_progress_info", "pg_stat_get_db_temp_bytes", "pg_stat_get_db_temp_files", "pg_tablespace_size", "pg_ls_tmpdir", "pg_ls_dir", "pg_stat_file");

    /// <summary>How many rows they give, or whether they fail, says whether values took so much room that the server wrote them to a file.</summary>
    static readonly FrozenSet<string> TellsOfFiles = FrozenSet.Create("pg_ls_tmpdir", "pg_ls_dir", "pg_stat_file");

    /// <summary>
    /// They run a text as SQL, which may do anything with any column. Those of well-known extensions count in any schema: what is not one of
    /// them and has such a name is refused in error, not let through.
    /// </summary>
    static readonly FrozenSet<string> RunsText = FrozenSet.Create(
        "query_to_xml", "query_to_xml_and_xmlschema", "query_to_xmlschema", "ts_stat", "ts_rewrite",
        "dblink", "dblink_exec", "dblink_open", "dblink_send_query", "crosstab", "crosstab2", "crosstab3", "crosstab4", "crosstabn", "connectby",
        "xpath_table");

    /// <summary>Immutable functions of pg_catalog that give several rows, or are of several: sets, aggregates, windows. Snapshots that were not read from a server do not say so.</summary>
    static readonly FrozenSet<string> OverRows = FrozenSet.Create(
    [
        .. "any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist dense_rank every first_value".Split(' '),
        .. "generate_series generate_subscripts json_agg jsonb_agg json_array_elements json_array_elements_text json_each json_each_text json_object_agg json_object_keys".Split(' '),
        .. "jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text jsonb_object_agg jsonb_object_keys jsonb_path_query".Split(' '),
        .. "lag last_value lead max min mode nth_value ntile percent_rank percentile_cont percentile_disc pg_snapshot_xip range_agg range_intersect_agg rank".Split(' '),
        .. "regexp_matches regexp_split_to_table regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy row_number".Split(' '),
        .. "stddev stddev_pop stddev_samp string_agg string_to_table sum ts_parse ts_token_type txid_snapshot_xip unnest var_pop var_samp variance xmlagg".Split(' '),
    ]);

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

    /// <summary>Whichever of the functions of this name is called, of constants it gives the same one value in every row.</summary>
    public bool IsConstant(IReadOnlyList<string?> names) => names switch
    {
        [{ } bare] => Path.Select(s => Overloads($"{s}.{bare}")).FirstOrDefault(static o => o.Count > 0) is not null && Path.All(s => Overloads($"{s}.{bare}").All(IsConstant)),
        [.., { } schema, { } name] => Overloads($"{schema}.{name}") is { Count: > 0 } found && found.All(IsConstant),
        _ => false,
    };

    /// <summary><c>generate_series(1, 9)</c>, <c>count(*)</c> and <c>row_number()</c> are immutable too, and another value in each row or group.</summary>
    bool IsConstant(CatalogFunction function) =>
        function.Volatility == 'i' && !function.IsOverRows && !(function.Schema == System && OverRows.Contains(function.Name))
        && function.Calls.All(c => Overloads(c) is { Count: > 0 } found && found.All(static f => f.Volatility == 'i'));

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
            return new(name, ReadsData.Contains(function.Name), stores, function.Columns) { RunsText = RunsText.Contains(function.Name), TellsOfFiles = TellsOfFiles.Contains(function.Name) };
        }
        // Compiled code that calls itself immutable computes; SQL and procedural code may say so and read tables all the same.
        var computes = function is { Language: "c" or "internal", Volatility: 'i' } || KnownExtensions.OnlyCompute(function);
        return new(name, !computes, function.Volatility == 'v', function.Columns) { RunsText = RunsText.Contains(function.Name) || function.Schema == "cron" };
    }
}
