using System.Globalization;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>The gateway's own requests on the client's connection to the target, between the client's. Only the client's pump may use it.</summary>
internal sealed class OwnQueries(RelaySession session)
{
    // What this transaction has changed so far, by whatever means: CTEs, functions, triggers, cascades.
    private const string Changed =
        "select coalesce(pg_catalog.sum(pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) operator(pg_catalog.+) " +
        "pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) operator(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)), 0)::pg_catalog.int8 " +
        "from pg_catalog.pg_class c where c.relkind operator(pg_catalog.=) any (array['r', 'm']::pg_catalog.\"char\"[]) and c.oid operator(pg_catalog.>=) 16384::pg_catalog.oid";

    /// <summary>Waits until the server has answered everything it has.</summary>
    /// <param name="open">Extended requests were sent since the last Sync.</param>
    public async ValueTask DrainAsync(bool open, CancellationToken cancel)
    {
        Task drained;
        lock (session.Lock) drained = session.Replies.DrainedAsync();
        if (drained.IsCompleted) return;
        if (open) session.Upstream.Output.WriteEmpty(FrontendType.Flush);
        await session.Upstream.Output.FlushAsync(cancel);
        await drained.WaitAsync(cancel);
    }

    /// <summary>Rows that the open transaction has changed so far; null when the server would not say.</summary>
    public async ValueTask<long?> ChangedRowsAsync(bool open, CancellationToken cancel) =>
        await AskAsync("changed", Changed, open, cancel) is [[{ } count]] && long.TryParse(count, CultureInfo.InvariantCulture, out var rows) ? rows : null;

    /// <summary>
    /// The names as the open transaction sees them, with what it changed itself. Nothing of the reading stays in it: a savepoint takes back settings and locks.
    /// </summary>
    /// <returns>Null: they could not be read.</returns>
    public async ValueTask<CatalogSnapshot?> NamesWithinAsync(CancellationToken cancel)
    {
        var savepoint = $"\"{session.NoPortal}\"";
        if (await AskAsync("names", $"SAVEPOINT {savepoint}", open: false, cancel) is null) return null;
        CatalogSnapshot? names = null;
        try
        {
            names = await session.Services.Catalog.ReadWithinAsync(session.Gate.Target, async (sql, stop) => await AskAsync("names", sql, open: false, stop) ?? throw new TargetUnavailableException("25P02", "it failed"), cancel);
        }
        catch (TargetUnavailableException)
        {
            // Some part of the transaction's own changes, or somebody's lock, is in the way.
        }

        var back = await AskAsync("names", $"ROLLBACK TO SAVEPOINT {savepoint}", open: false, cancel) is not null
            && await AskAsync("names", $"RELEASE SAVEPOINT {savepoint}", open: false, cancel) is not null;
        return back ? names : null;
    }

    /// <summary>By extended protocol under a name of its own: a simple query would take the client's unnamed statement away.</summary>
    /// <returns>Null: it did not run.</returns>
    public async ValueTask<IReadOnlyList<string?[]>?> AskAsync(string what, string sql, bool open, CancellationToken cancel)
    {
        await session.Cutting.WaitAsync(cancel);
        var query = new InternalQuery(alone: !open);
        var output = session.Upstream.Output;
        var name = $"{session.NoPortal}-{what}";
        lock (session.Lock)
        {
            Parse.Write(output, name, sql);
            Enqueue(ReplyKind.Parse, query, name);
            Bind.WriteText(output, name, name, []);
            Enqueue(ReplyKind.Bind, query, name);
            Execute.Write(output, name);
            Enqueue(ReplyKind.Execute, query, name);
            Close.Write(output, Describe.PortalKind, name);
            Enqueue(ReplyKind.ClosePortal, query, name);
            Close.Write(output, Describe.StatementKind, name);
            Enqueue(ReplyKind.CloseStatement, query, name);
            output.WriteEmpty(open ? FrontendType.Flush : FrontendType.Sync);
            if (!open) Enqueue(ReplyKind.Sync, query, name);
        }

        await output.FlushAsync(cancel);
        var ran = await query.Done.WaitAsync(cancel);
        if (!open) await DrainAsync(open, cancel);
        return ran ? query.Rows : null;
    }

    /// <summary>BEGIN, COMMIT, ROLLBACK, or something that fails: by simple protocol, the client sees nothing of it.</summary>
    /// <param name="operation">Whose failure it is when it fails.</param>
    public async ValueTask<InternalQuery> RunAsync(string sql, RunningOperation? operation, CancellationToken cancel)
    {
        await session.Cutting.WaitAsync(cancel);
        var query = new InternalQuery(alone: true);
        lock (session.Lock)
        {
            session.Upstream.Output.WriteStringMessage(FrontendType.Query, sql);
            session.Replies.Enqueue(new PendingReply(ReplyKind.Query) { Swallow = true, Internal = query, Operation = operation });
        }

        await session.Upstream.Output.FlushAsync(cancel);
        await query.Done.WaitAsync(cancel);
        return query;
    }

    private void Enqueue(ReplyKind kind, InternalQuery query, string name) =>
        session.Replies.Enqueue(new PendingReply(kind) { Swallow = true, Internal = query, Name = name });
}
