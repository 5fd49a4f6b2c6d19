using Hoop.Contracts.Approvals;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sql.Previews;

namespace Hoop.Ingress.Protocols.Postgres.Previews;

/// <summary>What the database does by itself when these tables change: triggers, rules, foreign keys of other tables, row security. Asked of the server now, by name.</summary>
internal static class PreviewConsequences
{
    private const int MostTables = 8;

    internal static async Task<IReadOnlyList<PreviewConsequence>> AskAsync(PreviewSubject subject, PostgresTargetClient client, CancellationToken cancel)
    {
        var found = new List<PreviewConsequence>();
        foreach (var access in subject.Tables.Where(access => !access.Implied && TriggerEvent(access.Verb) != 0).Take(MostTables))
        {
            var rows = await client.QueryAsync(Sql(access, ChangedColumns(subject, access)), cancel);
            found.AddRange(rows.Select(row => new PreviewConsequence(row[0] == "trigger" || row[0] == "rule" || row[0] == "partition" ? row[0]! : Kind(access.Verb, row[3]), access.Name, Says(row, access.Verb))));
        }

        return found;
    }

    /// <summary>As pg_trigger.tgtype has it.</summary>
    private static int TriggerEvent(string verb) => verb switch { "insert" or "copy-from" => 4, "delete" => 8, "update" => 16, "truncate" => 32, _ => 0 };

    private static char RuleEvent(string verb) => verb switch { "update" => '2', "insert" => '3', "delete" => '4', _ => '0' };

    /// <summary>Null: any may change.</summary>
    private static IEnumerable<string>? ChangedColumns(PreviewSubject subject, ObjectAccess access) =>
        access.Verb == "update" && subject.Only is { } only && ChangeStatement.Read(only.Text, out _) is { Verb: "update" } change && access.Name.EndsWith("." + change.Table, StringComparison.Ordinal)
            ? change.Sets.Select(set => set.Column) : null;

    private static string Kind(string verb, string? action) => Cascades(verb, action) ? "cascade" : "reference";

    private static bool Cascades(string verb, string? action) => verb != "truncate" && action is "c" or "n" or "d";

    private static string Says(string?[] row, string verb) => row[0] switch
    {
        "trigger" => $"trigger {row[1]} runs {row[2]}() {row[3]}",
        "rule" => $"rule {row[1]} rewrites the statement",
        "partition" => $"it has {row[1]} partitions or child tables, which are changed with it",
        _ when verb == "truncate" => $"it fails, or with CASCADE empties {row[2]} too (foreign key {row[1]})",
        _ => row[3] switch
        {
            "c" when verb == "delete" => $"rows of {row[2]} that refer to a deleted row are deleted too (foreign key {row[1]})",
            "c" => $"rows of {row[2]} that refer to a changed key follow it (foreign key {row[1]})",
            "n" => $"rows of {row[2]} that refer to it have their reference set to NULL (foreign key {row[1]})",
            "d" => $"rows of {row[2]} that refer to it have their reference set to its default (foreign key {row[1]})",
            _ => $"it fails while rows of {row[2]} refer to what it {(verb == "delete" ? "deletes" : "changes")} (foreign key {row[1]})",
        },
    };

    private static string Sql(ObjectAccess access, IEnumerable<string>? columns)
    {
        var action = access.Verb == "update" ? "confupdtype" : "confdeltype";
        var changed = columns is null ? null : PreviewConnection.Literals(columns);
        var ofTrigger = changed is null ? "true" : $"(pg_catalog.array_length(t.tgattr::pg_catalog.int2[], 1) is null or exists (select 1 from pg_catalog.pg_attribute a where a.attrelid = t.tgrelid and a.attnum = any (t.tgattr::pg_catalog.int2[]) and a.attname::pg_catalog.text = any ({changed})))";
        var ofKey = changed is null ? "true" : $"exists (select 1 from pg_catalog.pg_attribute a where a.attrelid = k.confrelid and a.attnum = any (k.confkey) and a.attname::pg_catalog.text = any ({changed}))";
        var references = access.Verb is "delete" or "update" or "truncate";
        return $"""
            with it as (select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname || '.' || c.relname = {PreviewConnection.Literal(access.Name)})
            select 'trigger', t.tgname::pg_catalog.text, n.nspname || '.' || p.proname,
                   case when t.tgtype & 66 = 2 then 'before' when t.tgtype & 66 = 64 then 'instead of' else 'after' end || case when t.tgtype & 1 = 1 then ' each row' else ' the statement' end
            from it join pg_catalog.pg_trigger t on t.tgrelid = it.oid join pg_catalog.pg_proc p on p.oid = t.tgfoid join pg_catalog.pg_namespace n on n.oid = p.pronamespace
            where not t.tgisinternal and t.tgenabled in ('O', 'A') and t.tgtype & {TriggerEvent(access.Verb)} <> 0 and {ofTrigger}
            union all
            select 'rule', r.rulename::pg_catalog.text, null, null from it join pg_catalog.pg_rewrite r on r.ev_class = it.oid
            where r.rulename <> '_RETURN' and r.ev_enabled in ('O', 'A') and r.ev_type = '{RuleEvent(access.Verb)}'
            union all
            select 'key', k.conname::pg_catalog.text, n.nspname || '.' || c.relname, k.{action}::pg_catalog.text
            from it join pg_catalog.pg_constraint k on k.confrelid = it.oid and k.contype = 'f' join pg_catalog.pg_class c on c.oid = k.conrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where {(references ? ofKey : "false")}
            union all
            select 'partition', i.n::pg_catalog.text, null, null from (select count(*) as n from pg_catalog.pg_inherits h join it on h.inhparent = it.oid) i where i.n > 0
            order by 1 desc, 2
            """;
    }
}
