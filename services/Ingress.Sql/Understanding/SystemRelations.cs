using System.Collections.Frozen;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>Relations of <c>pg_catalog</c> and <c>information_schema</c>, and which of them only list names.</summary>
static class SystemRelations
{
    static readonly FrozenSet<string> Listing = Set(
        "pg_aggregate pg_am pg_amop pg_amproc pg_attrdef pg_attribute pg_auth_members pg_available_extension_versions pg_available_extensions pg_cast pg_class pg_collation",
        "pg_constraint pg_conversion pg_cursors pg_database pg_default_acl pg_depend pg_description pg_enum pg_event_trigger pg_extension pg_foreign_data_wrapper",
        "pg_foreign_server pg_foreign_table pg_group pg_index pg_indexes pg_inherits pg_init_privs pg_language pg_matviews pg_namespace pg_opclass pg_operator pg_opfamily",
        "pg_parameter_acl pg_partitioned_table pg_policies pg_policy pg_prepared_statements pg_proc pg_publication pg_publication_namespace pg_publication_rel",
        "pg_publication_tables pg_range pg_rewrite pg_roles pg_rules pg_seclabel pg_seclabels pg_sequence pg_sequences pg_settings pg_shdepend pg_shdescription",
        "pg_shseclabel pg_statistic_ext pg_tables pg_tablespace pg_timezone_abbrevs pg_timezone_names pg_transform pg_trigger pg_ts_config pg_ts_config_map pg_ts_dict",
        "pg_ts_parser pg_ts_template pg_type pg_user pg_views");

    static readonly FrozenSet<string> Telling = Set(
        "pg_authid pg_shadow pg_user_mapping pg_user_mappings pg_largeobject pg_largeobject_metadata pg_statistic pg_statistic_ext_data pg_stats pg_stats_ext pg_stats_ext_exprs",
        "pg_locks pg_prepared_xacts pg_replication_origin pg_replication_origin_status pg_replication_slots pg_subscription pg_subscription_rel pg_db_role_setting",
        "pg_file_settings pg_hba_file_rules pg_ident_file_mappings pg_config pg_backend_memory_contexts pg_shmem_allocations pg_shmem_allocations_numa pg_wait_events pg_aios");

    public static bool IsSystem(string schema) => schema is "pg_catalog" or "information_schema";

    /// <summary>In a schema of the server's.</summary>
    public static bool Hold(string qualified) => qualified.StartsWith("pg_catalog.", StringComparison.Ordinal) || qualified.StartsWith("information_schema.", StringComparison.Ordinal);

    public static bool Exists(string name) =>
        Listing.Contains(name) || Telling.Contains(name)
        || name.StartsWith("pg_stat_", StringComparison.Ordinal) || name.StartsWith("pg_statio_", StringComparison.Ordinal);

    /// <summary>Names, types and the like: what drivers and tools look up. Not statistics, secrets or other people's activity.</summary>
    public static bool OnlyLists(string schema, string name) => schema switch
    {
        "pg_catalog" => Listing.Contains(name),
        "information_schema" => !name.Contains("user_mapping", StringComparison.Ordinal) && !name.StartsWith("_pg_", StringComparison.Ordinal),
        _ => false,
    };

    static FrozenSet<string> Set(params string[] lines) => lines.SelectMany(l => l.Split(' ')).ToFrozenSet();
}
