using System.Globalization;
using Hoop.Contracts.Approvals;
using Hoop.Ingress.Protocols.Postgres.Targets;

namespace Hoop.Ingress.Protocols.Postgres.Previews;

/// <summary>What the client's transaction holds while its statement waits, as another connection sees it.</summary>
/// <param name="Blocking">Sessions that wait for it.</param>
internal sealed record PreviewTransaction(DateTimeOffset? StartedAt, IReadOnlyList<PreviewLock> Locks, int? Blocking)
{
    private const int MostLocks = 50;

    internal static readonly PreviewTransaction Unknown = new(null, [], null);

    internal static async Task<PreviewTransaction> AskAsync(PreviewSubject subject, PostgresTargetClient client, CancellationToken cancel)
    {
        // Outside a transaction a session that waits here holds nothing.
        if (subject.Session.TransactionStartedAt is not { } seen || subject.Session.Upstream.Key?.ProcessId is not { } process) return Unknown;
        var rows = await client.QueryAsync(Sql(process), cancel);
        var locks = rows.Where(row => row[0] == "l").Select(row => new PreviewLock(row[1]!, row[2], row[3]!, row[4] == "t")).ToList();
        var about = rows.FirstOrDefault(row => row[0] == "a");
        var since = about?[1] is { } seconds ? DateTimeOffset.UnixEpoch.AddSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)) : seen;
        return new PreviewTransaction(since, locks, about is null ? null : int.Parse(about[2]!, CultureInfo.InvariantCulture));
    }

    private static string Sql(int process) =>
        $"""
        select 'a', extract(epoch from a.xact_start)::pg_catalog.text,
               (select count(*) from pg_catalog.pg_stat_activity w where w.wait_event_type = 'Lock' and {process} = any(pg_catalog.pg_blocking_pids(w.pid)))::pg_catalog.text, null, null
        from pg_catalog.pg_stat_activity a where a.pid = {process} and a.datname = pg_catalog.current_database() and a.usename = session_user and a.xact_start is not null
        union all
        (select 'l', l.locktype, n.nspname || '.' || c.relname, l.mode, case when l.granted then 't' else 'f' end
        from pg_catalog.pg_locks l
        left join pg_catalog.pg_class c on c.oid = l.relation and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
        left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where l.pid = {process} and l.locktype not in ('virtualxid', 'transactionid') and (l.relation is null or c.relkind not in ('i', 'I') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast'))
        order by 5, 3, 4 limit {MostLocks})
        """;
}
