using System.Collections.Frozen;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>Where the system catalogs hold not names but values of tables, other people's statements, or how much room values took.</summary>
static class SystemData
{
    static readonly FrozenSet<string> Relations = FrozenSet.Create(
        "pg_statistic", "pg_statistic_ext_data", "pg_stats", "pg_stats_ext", "pg_stats_ext_exprs", "pg_largeobject", "pg_backend_memory_contexts");

    /// <summary>What the values are of.</summary>
    static readonly FrozenSet<string> Subjects = FrozenSet.Create(
        "schemaname", "tablename", "attname", "inherited", "starelid", "staattnum", "stainherit", "stxoid", "stxdinherit", "statistics_schemaname", "statistics_name", "loid", "pageno", "name", "ident", "parent", "level");

    static readonly FrozenSet<string> Columns = FrozenSet.Create(
        "pg_stat_activity.query", "pg_attribute.attmissingval", "pg_cursors.statement", "pg_prepared_statements.statement",
        "pg_stat_database.temp_files", "pg_stat_database.temp_bytes", "pg_stat_progress_copy.bytes_processed");

    /// <summary>Bounds of partitions are written in the values of their keys.</summary>
    public static bool CarriesPartitionKeys(CatalogRelation relation, string column) => relation is { Schema: "pg_catalog", Name: "pg_class" } && column == "relpartbound";

    public static bool Carries(CatalogRelation relation, string column) =>
        relation.Schema == "pg_catalog" && (Relations.Contains(relation.Name) && !Subjects.Contains(column) || Columns.Contains($"{relation.Name}.{column}"));
}
