using System.Collections.Frozen;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>
/// What is known about functions by name. A built-in function is known by being listed (PostgreSQL 10 to 18); what a later server
/// adds is unknown until somebody looks at it. Most built-ins only compute; the ones that reach further are named here.
/// </summary>
static class FunctionTable
{
    /// <summary>Functions that came after the release whose list is embedded, in minor releases too.</summary>
    static readonly string Later = string.Join(' ',
        "any_value array_reverse array_sample array_shuffle array_sort binary_upgrade_set_next_attribute_versions casefold crc32 crc32c date_add date_subtract erf erfc gamma has_largeobject_privilege",
        "icu_unicode_version json_agg_strict json_array_insert json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict jsonb_agg_strict",
        "jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict lgamma pg_basetype pg_column_toast_chunk_id pg_get_acl",
        "pg_get_wait_events pg_input_error_info pg_input_is_valid pg_split_walfile_name random_normal system_user to_bin to_oct to_regtypemod unicode_assigned",
        "unicode_version uuid_extract_timestamp uuid_extract_version uuidv4 uuidv7 xmlserialize xmltext");

    static readonly FrozenSet<string> BuiltIn = ReadBuiltIn();

    /// <summary>A star at the end: every name that begins so.</summary>
    static readonly (E Effects, string Names)[] Reaching =
    [
        (E.FileAccess, "pg_read_file pg_read_file_old pg_read_file_v2 pg_read_binary_file pg_stat_file pg_ls_* pg_current_logfile pg_file_* pg_logdir_ls pg_hba_file_rules"
            + " pg_ident_file_mappings pg_show_all_file_settings pg_config lo_import lo_export load_extension_*"
            + " file_fdw_* get_raw_page page_header heap_page_items heap_page_item_attrs heap_tuple_infomask_flags bt_metap bt_page_* bt_multi_page_stats gin_metapage_info"
            + " gin_page_opaque_info gin_leafpage_items gist_page_* hash_page_* hash_bitmap_info hash_metapage_info fsm_page_contents"
            + " pg_get_wal_record_info pg_get_wal_records_info* pg_get_wal_stats* pg_get_wal_block_info"),
        (E.Read, "lo_get loread lo_open lo_close lo_lseek lo_lseek64 lo_tell lo_tell64"),
        (E.Write, "lo_put lowrite lo_creat lo_create lo_from_bytea lo_truncate lo_truncate64 nextval setval pg_notify pg_logical_emit_message"),
        (E.Write | E.Destructive, "lo_unlink lo_manage"),
        (E.Dynamic, "query_to_xml* table_to_xml* cursor_to_xml* schema_to_xml* database_to_xml* ts_stat ts_rewrite crosstab* connectby xpath_table pg_background_* plpgsql_check_*"),
        (E.Network | E.Dynamic, "dblink*"),
        (E.Network, "postgres_fdw_* http http_* aws_* pg_net_* net_http_*"),
        (E.Network | E.FileAccess, "xslt_process"),
        (E.Write | E.Destructive | E.Privilege, "heap_force_* pg_truncate_visibility_map"),
        (E.Session | E.Unknown, "set_config"), // which setting: see SettingStatements for the plain form
        (E.Session, "pg_export_snapshot pg_replication_origin_session_* pg_replication_origin_xact_*"),
        (E.Lock, "pg_advisory_lock pg_advisory_lock_shared pg_advisory_xact_lock* pg_advisory_unlock pg_advisory_unlock_shared pg_try_advisory_*"
            + " pg_terminate_backend pg_cancel_backend pg_log_backend_memory_contexts"),
        (E.Ddl | E.Privilege, "pg_import_system_collations pg_extension_config_dump binary_upgrade_* pg_nextoid pg_stop_making_pinned_objects pg_restore_* pg_clear_*"
            + " brin_* gin_clean_pending_list pg_replication_origin_create pg_replication_origin_drop pg_replication_origin_advance"),
        (E.Privilege | E.Lock, "pg_reload_conf pg_rotate_logfile* pg_switch_wal pg_create_restore_point pg_promote pg_wal_replay_* pg_backup_* pg_start_backup pg_stop_backup"
            + " pg_create_logical_replication_slot pg_create_physical_replication_slot pg_copy_*_slot pg_drop_replication_slot pg_replication_slot_advance"
            + " pg_copy_logical_replication_slot pg_copy_physical_replication_slot pg_sync_replication_slots pg_stat_reset* pg_stat_force_next_flush"),
        (E.Read | E.Privilege, "pg_logical_slot_*"),
        (E.Unknown, "array_in array_recv record_in record_recv domain_in domain_recv range_in range_recv multirange_in multirange_recv enum_in enum_recv"), // of whatever type
        (E.CodeExec, "fmgr_* plpgsql_inline_handler plpgsql_call_handler plv8_* pldbg_*"),
        // Other people's activity, samples of data, secrets of the installation: reading, but never plumbing.
        (E.Read, "pg_stat_get_* pg_lock_status pg_prepared_xact pg_get_replication_slots pg_show_replication_origin_status pg_get_backend_memory_contexts"
            + " pg_get_shmem_allocations pg_get_shmem_allocations_numa pg_get_wait_events pg_control_* pg_blocking_pids pg_safe_snapshot_blocking_pids pg_isolation_test_session_is_blocked"
            + " pg_mcv_list_items pg_column_toast_chunk_id pg_get_multixact_members pg_get_aios"
            + " pg_last_committed_xact pg_xact_commit_timestamp* pg_sequence_last_value pg_stat_have_stats pg_replication_origin_progress pg_replication_origin_oid currtid2 pg_get_publication_tables"
            + " pg_stat_statements pg_stat_statements_info pg_buffercache_pages pg_buffercache_summary pg_buffercache_usage_counts pgstattuple* pgstat*index pgrowlocks pg_freespace"
            + " pg_visibility* pg_check_*"),
        (E.Privilege | E.Lock, "pg_stat_statements_reset pg_buffercache_evict* pg_prewarm autoprewarm_* bt_index_check bt_index_parent_check verify_heapam"),
        // Harmless, but a way to hold a connection or a server: a rule should know.
        (E.None, "pg_sleep pg_sleep_for pg_sleep_until"),
    ];

    static readonly FrozenSet<string> MakingAnyType = FrozenSet.Create(
        "json_populate_record", "json_populate_recordset", "jsonb_populate_record", "jsonb_populate_record_valid", "jsonb_populate_recordset", "populate_record",
        "pg_input_is_valid", "pg_input_error_info");

    /// <summary>Whole schemas of extensions whose functions have names like everybody's.</summary>
    static readonly FrozenDictionary<string, E> ReachingBySchema = new Dictionary<string, E>
    {
        ["cron"] = E.Dynamic | E.Unknown, ["net"] = E.Network | E.Unknown, ["aws_s3"] = E.Network | E.FileAccess | E.Unknown, ["aws_lambda"] = E.Network | E.Unknown,
        ["azure_storage"] = E.Network | E.FileAccess | E.Unknown, ["pglogical"] = E.Network | E.Privilege | E.Unknown, ["utl_file"] = E.FileAccess | E.Unknown,
        ["dbms_sql"] = E.Dynamic | E.Unknown, ["dbms_pipe"] = E.Write | E.Unknown, ["dbms_alert"] = E.Write | E.Unknown,
    }.ToFrozenDictionary();

    /// <summary>
    /// Volatile functions of PostgreSQL that somebody looked at: clocks and dice, sizes, positions of the log, the session's own state, and what only the
    /// server itself can call (triggers, handlers). Any other volatile one reaches further.
    /// </summary>
    static readonly FrozenSet<string> OnlyVolatile = string.Join(' ',
        "RI_FKey_cascade_del RI_FKey_cascade_upd RI_FKey_check_ins RI_FKey_check_upd RI_FKey_noaction_del RI_FKey_noaction_upd RI_FKey_restrict_del",
        "RI_FKey_restrict_upd RI_FKey_setdefault_del RI_FKey_setdefault_upd RI_FKey_setnull_del RI_FKey_setnull_upd amvalidate bernoulli brinhandler bthandler",
        "clock_timestamp current_query currval dsnowball_init dsnowball_lexize gen_random_uuid ginhandler gisthandler hashhandler heap_tableam_handler",
        "lastval pg_advisory_unlock_all pg_collation_actual_version pg_current_wal_flush_lsn pg_current_wal_insert_lsn pg_current_wal_lsn",
        "pg_database_collation_actual_version pg_database_size pg_get_wal_replay_pause_state pg_get_wal_resource_managers pg_indexes_size pg_is_in_recovery",
        "pg_is_wal_replay_paused pg_jit_available pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_notification_queue_usage",
        "pg_partition_ancestors pg_partition_tree pg_relation_size pg_stat_clear_snapshot pg_table_size pg_tablespace_size pg_total_relation_size",
        "pg_xact_status plpgsql_validator random random_normal setseed spghandler suppress_redundant_updates_trigger system timeofday tsvector_update_trigger",
        "tsvector_update_trigger_column txid_status unique_key_recheck uuidv4 uuidv7").Split(' ').ToFrozenSet();

    static readonly FrozenDictionary<string, E> ReachingByName = Reaching
        .SelectMany(r => r.Names.Split(' ').Where(n => !n.Contains('*')).Select(n => (n, r.Effects)))
        .GroupBy(x => x.n).ToFrozenDictionary(g => g.Key, g => g.Aggregate(E.None, (a, x) => a | x.Effects));

    static readonly (string Prefix, E Effects)[] ReachingByPrefix =
        [.. Reaching.SelectMany(r => r.Names.Split(' ').Where(n => n.EndsWith('*')).Select(n => (n[..^1], r.Effects)))];

    /// <summary>For the page about effects: what reaches further than to compute.</summary>
    public static IEnumerable<(E Effects, IEnumerable<string> Names)> ByEffects() =>
        Reaching.Select(r => (r.Effects, r.Names.Split(' ').Order(StringComparer.Ordinal).AsEnumerable()));

    public static IEnumerable<(E Effects, string Schema)> BySchema() => ReachingBySchema.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Value, s.Key));

    /// <summary>For the test that holds this table against a server: somebody decided what the function may do.</summary>
    public static bool IsClassified(string name, char volatility) => IsBuiltIn(name) && (volatility != 'v' || OnlyVolatile.Contains(name) || Reaches(name, out _));

    public static bool IsOnlyVolatile(string name) => OnlyVolatile.Contains(name);

    /// <summary>It reads values of a type that stands in no place for types: domains' CHECKs run.</summary>
    public static bool MakesAnyType(string name) => MakingAnyType.Contains(name);

    public static E OfSchema(string schema) => ReachingBySchema.GetValueOrDefault(schema);

    public static bool IsBuiltIn(string name) => BuiltIn.Contains(name);

    /// <summary>True for functions that do more than compute, whichever schema they were installed in.</summary>
    public static bool Reaches(string name, out E effects)
    {
        if (ReachingByName.TryGetValue(name, out effects)) return true;
        foreach (var (prefix, e) in ReachingByPrefix)
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                effects = e;
                return true;
            }
        return false;
    }

    // The list is lineage's: a name, its volatility and columns on each line.
    static FrozenSet<string> ReadBuiltIn()
    {
        using var stream = typeof(FunctionTable).Assembly.GetManifestResourceStream("builtin-functions.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 2)[0]).Concat(Later.Split(' ')).ToFrozenSet();
    }
}
