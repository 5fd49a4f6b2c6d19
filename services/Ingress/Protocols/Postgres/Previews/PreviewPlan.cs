using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Previews;

namespace Hoop.Ingress.Protocols.Postgres.Previews;

/// <summary>The planner's answer: EXPLAIN without ANALYZE.</summary>
/// <param name="ByTable">Rows expected of each table that is read, and of those that are changed, by qualified name.</param>
internal sealed record PreviewPlan(double? EstimatedRows, string Text, IReadOnlyDictionary<(string Table, bool Changed), double> ByTable)
{
    // Nothing that is planned may reach out of the transaction.
    private const Effects Reaching = Effects.CodeExec | Effects.FileAccess | Effects.Network | Effects.Dynamic;
    private static readonly string[] Planned = ["select", "insert", "update", "delete", "merge"];

    internal static PreviewPlan None(string why) => new(null, $"No plan: {why}.", new Dictionary<(string, bool), double>());

    internal static async Task<PreviewPlan> AskAsync(PreviewSubject subject, PostgresTargetClient client, CancellationToken cancel)
    {
        if (WhyNot(subject) is { } why) return None(why);
        try
        {
            var explain = $"explain (format json, verbose) {subject.Only!.Text}";
            var rows = await client.ReadOnlyAsync(() => client.QueryAsync(explain, subject.Parameters, cancel), cancel);
            var plan = Read(string.Join('\n', rows.Select(row => row[0])));
            // It quotes the statement's literals and values.
            return subject.Analysis.Secrets is null ? plan : plan with { Text = "The plan is not shown: a password or key of the statement may be in it." };
        }
        catch (TargetUnavailableException e) when (e.SqlState != "08006")
        {
            return None($"the target answered with SQLSTATE {e.SqlState}");
        }
    }

    private static string? WhyNot(PreviewSubject subject) => subject.Only switch
    {
        null => "the text has several statements",
        { Command.Kind: SqlCommandKind.Execute } => "it runs a prepared statement that only its session has",
        // What has unknown effects counts as DDL to the session, whatever it is; of changes the grammar tells.
        { Command.Kind: SqlCommandKind.Ddl, Facts.Effects: var effects } only when ChangeStatement.Read(only.Text, out _) is null =>
            (effects & Effects.Ddl) == 0 && (effects & (Effects.Unknown | Effects.Dynamic)) != 0 ? "it calls something whose effects are not known" : "EXPLAIN does not take this kind of statement",
        { Command.Kind: not (SqlCommandKind.Other or SqlCommandKind.Ddl) } => "EXPLAIN does not take this kind of statement",
        { Facts.Understood: false } => "the statement was not understood",
        var only when !only.Facts.Accesses.Any(access => access.Kind == "table" && Planned.Contains(access.Verb)) => "EXPLAIN does not take this kind of statement",
        var only when (only.Facts.Effects & Reaching) != 0 && !ReadsPlainly(subject, only) => "planning it could reach beyond the database",
        // What a person is asked about does not run to tell them of it.
        { Command: { PlansCode: true } or { ParsesCode: true } } => "planning it would already run functions that nobody has agreed to yet",
        _ when subject.UsesTemporary => "it uses a temporary table, which only its session sees",
        _ when subject.NamesMoved => "the open transaction changed the schema, and only its own connection sees that",
        _ => null,
    };

    // What triggers, rules and cascades do is not planned: the statement's own words count.
    private static bool ReadsPlainly(PreviewSubject subject, SqlStatement only) =>
        ChangeStatement.Read(only.Text, out _) is { } change && change.Sets.All(set => set.Expression is not null)
        && change.Select([], [.. change.Sets.Select(set => (set, (string?)null))], 1) is { } select && subject.AsPlainRead(select) is not null;

    internal static PreviewPlan Read(string text)
    {
        var byTable = new Dictionary<(string, bool), double>();
        try
        {
            using var json = JsonDocument.Parse(text);
            var top = json.RootElement[0].GetProperty("Plan");
            Walk(top, byTable, 0);
            return new PreviewPlan(Rows(top), text, byTable);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return new PreviewPlan(null, text, byTable);
        }
    }

    // A change's own node reports what it returns; what it changes are the rows of the node below.
    private static double Rows(JsonElement node)
    {
        while (node.GetProperty("Node Type").GetString() == "ModifyTable" && node.TryGetProperty("Plans", out var inner)) node = inner[0];
        return node.GetProperty("Plan Rows").GetDouble();
    }

    private static void Walk(JsonElement node, Dictionary<(string, bool), double> byTable, int depth)
    {
        if (depth > 64) return;
        var changes = node.GetProperty("Node Type").GetString() == "ModifyTable";
        if (node.TryGetProperty("Relation Name", out var name) && node.TryGetProperty("Schema", out var schema))
        {
            var key = ($"{schema.GetString()}.{name.GetString()}", changes);
            byTable[key] = byTable.GetValueOrDefault(key) + (changes ? Rows(node) : node.GetProperty("Plan Rows").GetDouble());
        }

        if (!node.TryGetProperty("Plans", out var inner)) return;
        foreach (var child in inner.EnumerateArray()) Walk(child, byTable, depth + 1);
    }
}
