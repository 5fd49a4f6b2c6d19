using System.Collections.Frozen;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>Which run-time settings a client may change without asking: how it formats, plans, waits and what it uses up, never who it is or what it may see.</summary>
public static class Settings
{
    // row_security says whether a row policy filters or fails, never that it does not apply: pg_dump sets it.
    static readonly FrozenSet<string> Harmless = string.Join(' ',
        "application_name array_nulls backend_flush_after bytea_output check_function_bodies client_connection_check_interval client_encoding client_min_messages constraint_exclusion",
        "cpu_index_tuple_cost cpu_operator_cost cpu_tuple_cost cursor_tuple_fraction datestyle default_statistics_target default_text_search_config default_toast_compression",
        "default_transaction_deferrable default_transaction_isolation default_transaction_read_only effective_cache_size effective_io_concurrency escape_string_warning",
        "extra_float_digits from_collapse_limit gin_fuzzy_search_limit gin_pending_list_limit hash_mem_multiplier idle_in_transaction_session_timeout",
        "idle_session_timeout icu_validation_level intervalstyle io_combine_limit join_collapse_limit lc_messages lc_monetary lc_numeric lc_time lock_timeout logical_decoding_work_mem",
        "maintenance_io_concurrency maintenance_work_mem max_parallel_maintenance_workers max_parallel_workers max_parallel_workers_per_gather min_parallel_index_scan_size min_parallel_table_scan_size parallel_leader_participation parallel_setup_cost parallel_tuple_cost",
        "plan_cache_mode quote_all_identifiers random_page_cost recursive_worktable_factor row_security search_path seq_page_cost standard_conforming_strings statement_timeout synchronize_seqscans",
        "tcp_keepalives_count tcp_keepalives_idle tcp_keepalives_interval tcp_user_timeout temp_buffers timezone timezone_abbreviations transaction_deferrable transaction_isolation",
        "transaction_read_only transaction_timeout vacuum_cost_delay vacuum_cost_limit vacuum_cost_page_dirty vacuum_cost_page_hit vacuum_cost_page_miss work_mem xmlbinary xmloption hoop.reason hoop.ticket hoop.emergency").Split(' ').ToFrozenSet();

    /// <summary>For the page about effects; a star stands for any ending.</summary>
    public static IEnumerable<string> HarmlessNames => Harmless.Concat(["enable_*", "geqo*", "jit", "jit_*"]).Order(StringComparer.Ordinal);

    /// <param name="name">Lower case.</param>
    public static bool IsHarmless(string name) =>
        Harmless.Contains(name) || name.StartsWith("enable_", StringComparison.Ordinal)
        || name.StartsWith("geqo", StringComparison.Ordinal) || name is "jit" || name.StartsWith("jit_", StringComparison.Ordinal) && name is not "jit_provider";

    /// <summary>Going back to the log-in's own identity is what every pool does between clients.</summary>
    public static bool IsIdentity(string name) => name is "role" or "session_authorization";
}
