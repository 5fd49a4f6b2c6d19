using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>The planner's estimate for an approver: EXPLAIN without ANALYZE, on a connection of its own, read-only, two seconds at most.</summary>
internal static class PostgresPreview
{
    private static readonly string[] Planned = ["select", "insert", "update", "delete", "merge"];

    internal static Func<CancellationToken, Task<OperationPreview>>? For(RelaySession session, SqlAnalysis analysis, SqlContext context, IReadOnlyList<string?> values)
    {
        if (analysis.Error is not null || analysis.Statements is not [{ Command.Kind: SqlCommandKind.Other } statement]) return null;
        // Only what EXPLAIN takes; a utility statement would be planned as nothing at best.
        return statement.Facts.Understood && IsPlanned(statement.Facts.Accesses) ? new Request(session, statement.Text, context.SearchPath, values).RunAsync : null;
    }

    private static bool IsPlanned(IReadOnlyList<ObjectAccess> accesses)
    {
        for (var i = 0; i < accesses.Count; i++)
        {
            if (accesses[i].Kind == "table" && Planned.Contains(accesses[i].Verb)) return true;
        }

        return false;
    }

    // Values that are too large for a plan are texts by now.
    private sealed class Request(RelaySession session, string sql, IReadOnlyList<string> path, IReadOnlyList<string?> values)
    {
        public Task<OperationPreview> RunAsync(CancellationToken cancel) =>
            PostgresPreview.RunAsync(session.Services.Dialer, session.Gate.Target, sql, path, (values as BindValues)?.ToParameters(), cancel);
    }

    private static async Task<OperationPreview> RunAsync(
        ITargetDialer dialer, AuthorizedTarget target, string sql, IReadOnlyList<string> path, BindParameters? parameters, CancellationToken cancel)
    {
        try
        {
            await using var client = await PostgresTargetClient.ConnectAsync(dialer, target, cancel);
            var schemas = string.Join(", ", path.Where(schema => !schema.StartsWith("pg_temp", StringComparison.Ordinal)).Select(Quoted));
            await client.QueryAsync($"set statement_timeout = '2s'; set search_path = {(schemas.Length > 0 ? schemas : "''")}; begin read only", cancel);
            var explain = $"explain (format json) {sql}";
            var rows = parameters is { Count: > 0 } ? await client.QueryAsync(explain, parameters, cancel) : await client.QueryOneAsync(explain, cancel);
            var plan = string.Join('\n', rows.Select(row => row[0]));
            return new OperationPreview(EstimatedRows(plan), plan);
        }
        catch (TargetUnavailableException e)
        {
            return new OperationPreview(null, $"No plan: the target answered with SQLSTATE {e.SqlState}.");
        }
    }

    // A change's own node reports what it returns; what it changes are the rows of the node below.
    private static double? EstimatedRows(string plan)
    {
        try
        {
            using var json = JsonDocument.Parse(plan);
            var node = json.RootElement[0].GetProperty("Plan");
            while (node.GetProperty("Node Type").GetString() == "ModifyTable" && node.TryGetProperty("Plans", out var inner)) node = inner[0];
            return node.GetProperty("Plan Rows").GetDouble();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static string Quoted(string schema) => '"' + schema.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
}
