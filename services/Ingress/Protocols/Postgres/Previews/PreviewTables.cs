using System.Globalization;
using Hoop.Contracts.Approvals;
using Hoop.Ingress.Protocols.Postgres.Targets;

namespace Hoop.Ingress.Protocols.Postgres.Previews;

/// <summary>The tables that a statement names: rows expected there, and how large they are by the server's statistics. No table is opened for it, so none is waited for.</summary>
internal static class PreviewTables
{
    private const int Most = 30;

    internal static async Task<IReadOnlyList<PreviewTable>> AskAsync(PreviewSubject subject, PreviewPlan plan, PostgresTargetClient client, CancellationToken cancel)
    {
        // What is changed first; those that the database touches by itself last.
        var named = subject.Tables.OrderBy(access => access.Implied).ThenBy(access => access.Verb == "select").Take(Most).ToList();
        if (named.Count == 0) return [];
        var sizes = new Dictionary<string, (double? Rows, long Bytes)>(StringComparer.Ordinal);
        foreach (var row in await client.QueryAsync(Sql(named.Select(access => access.Name).Distinct()), cancel))
        {
            var rows = double.Parse(row[1]!, CultureInfo.InvariantCulture);
            sizes[row[0]!] = (rows < 0 ? null : rows, long.Parse(row[2]!, CultureInfo.InvariantCulture));
        }

        return [.. named.Select(access => new PreviewTable(
            access.Name, access.Verb, plan.ByTable.TryGetValue((access.Name, access.Verb != "select"), out var estimate) ? estimate : null,
            sizes.TryGetValue(access.Name, out var size) ? size.Rows : null, sizes.TryGetValue(access.Name, out size) ? size.Bytes : null))];
    }

    private static string Sql(IEnumerable<string> names) =>
        $"""
        select n.nspname || '.' || c.relname, c.reltuples, c.relpages::pg_catalog.int8 * pg_catalog.current_setting('block_size')::pg_catalog.int8
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'm', 'f') and n.nspname || '.' || c.relname = any ({PreviewConnection.Literals(names)})
        """;
}
