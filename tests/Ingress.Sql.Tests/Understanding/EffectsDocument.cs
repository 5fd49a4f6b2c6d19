using System.Text;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Understanding;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Tests.Understanding;

/// <summary>Writes docs/effects.md from the tables in the code and from what the analyzer says of the examples.</summary>
static class EffectsDocument
{
    public const string Refresh = "HOOP_UPDATE_DOCS=1 tests/Ingress.Sql.Tests/bin/Debug/net10.0/Hoop.Ingress.Sql.Tests -class '*EffectsDocumentTests'";

    public static string Write()
    {
        var text = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        foreach (var section in StatementExamples.All().GroupBy(e => e.Section))
        {
            text.Append($"\n### {section.Key}\n| node | for example | touches | effects |\n|---|---|---|---|\n");
            foreach (var (_, node, sql) in section) text.Append(Row(node, sql));
        }
        text.Append("\n### Replication connections\nNot SQL, and none of the grammar's: known by their first word, where the connection was opened for replication.\n\n| command | touches | effects |\n|---|---|---|\n");
        foreach (var command in ReplicationCommands.Words.Order(StringComparer.Ordinal)) text.Append($"| {command} | {Touches(ReplicationCommands.Read(command)!.Statements[0].Facts)} |\n");
        text.Append("\n## Functions of PostgreSQL and its common extensions\n").Append(Functions.ReplaceLineEndings("\n"));
        text.Append($"\nFunctions of these extensions only compute, too, but for those in the table and those that change settings, and no `allow` need name them: {string.Join(' ', KnownExtensions.All.Select(n => $"`{n}`"))}.\n");
        text.Append("\n| effects | functions |\n|---|---|\n");
        foreach (var (effects, names) in FunctionTable.ByEffects()) text.Append($"| {Effects(effects)} | {string.Join(' ', names.Select(n => $"`{n}`"))} |\n");
        foreach (var (effects, schema) in FunctionTable.BySchema()) text.Append($"| {Effects(effects)} | `{schema}.*` |\n");
        text.Append("\n## Settings\n").Append(HarmlessSettings.ReplaceLineEndings("\n"));
        text.Append($"\n{string.Join(' ', Settings.HarmlessNames.Select(n => $"`{n}`"))}\n");
        text.Append(Stored.ReplaceLineEndings("\n"));
        text.Append("\n## The other nodes of the grammar\n");
        text.Append($"Walked (what they hold counts): {string.Join(' ', NodeTable.Walked)}.\n\nHarmless: {string.Join(' ', NodeTable.Harmless)}.\n");
        return text.ToString();
    }

    static string Row(string node, string sql) =>
        $"| {node} | `{sql.Replace("|", "\\|")}` | {Touches(Ask.Of(sql).Facts)} |\n";

    static string Touches(OperationFacts facts)
    {
        var touches = facts.Plumbing ? "nothing that needs a rule" : string.Join(", ", facts.Accesses.Select(a => $"{a.Verb} {(a.Kind is "table" or "function" ? "" : a.Kind + " ")}`{a.Name}`"));
        return $"{touches} | {Effects(facts.Effects)}";
    }

    static string Effects(E effects)
    {
        var names = Enum.GetValues<E>().Where(e => e != E.None && effects.HasFlag(e)).Select(e => string.Concat(e.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"-{c}" : $"{c}")).ToLowerInvariant());
        return string.Join(", ", names) is { Length: > 0 } list ? list : "none";
    }

    const string Introduction = $"""
        # Effects

        <!-- Generated from the code, by the tests of Ingress.Sql. Do not edit: change the code, then run
             {Refresh} -->

        What Hoop reads in a statement, with PostgreSQL's own grammar: the objects it touches, each with a verb, and its effects. Rules speak of both
        ([policy](policy.md#rules)). Everything in a statement counts, however deep it stands: WITH queries, subqueries, defaults, the statement inside EXPLAIN ANALYZE,
        PREPARE or DECLARE. A statement that does not parse, or holds a node that is not on this page, is *not understood* and refused by all but a rule that allows everything.

        ## Statements
        """ + "\n";

    const string HarmlessSettings = """
        SET, RESET, `set_config` on its own and start-up options need no rule for these: they say how a session formats, plans and waits and how much memory it takes, never who it is,
        what it may see or what its statements mean. What they may be at most is the target's to say. A star stands for any ending; `jit_provider` is none of them. RESET ALL and going back to
        the log-in's own role need no rule either. Any other setting (`role`, `session_replication_role`, an extension's) is `session`.
        """ + "\n";

    const string Functions = """
        A function of PostgreSQL 10 to 18 that is not in the table only computes from what it is given, and needs no rule. A name that nobody knows is `unknown`.
        A star stands for any ending. When somebody's function has such a name, or one that is syntax to a newer server only (`json_value`, `merge_action`), both count.
        """ + "\n";

    const string Stored = """

        ## What statements set off
        Read from the target's catalog, when a rule or a mask makes names matter. What the database does by itself is *implied*: a `block` or an `approve` speaks of it, an `allow`
        need not, but the effects must be covered. `ReportedObjectsTests` asks a server what some 380 statements did: each relation, function and type among it was reported before.

        | when | reported |
        |---|---|
        | DO in PL/pgSQL | `dynamic`, and what each statement and expression in it does, whichever of them will run; `unknown` as well when it has an EXECUTE or cannot be followed |
        | DO in another language | `dynamic`, `code-exec` |
        | a function in SQL or PL/pgSQL that says it changes nothing | what its body, its arguments' defaults and its settings do; an EXECUTE in it is `dynamic` |
        | one that may change something (volatile) or has SECURITY DEFINER; a procedure | `unknown`, until a rule names it with that effect; what the body does is implied |
        | a function of an extension that only computes (above) | implied: EXECUTE |
        | another function in C | `unknown` if volatile, otherwise it computes; in another language `unknown`, and `code-exec` if the language is untrusted |
        | an aggregate, an operator, a cast, a CHECK of a domain | the functions behind it; also when the type is within an array, a row or a range, is an argument's or a variable's, or may be any (`json_populate_record`) |
        | EXPLAIN | the functions that its statement, its views and what hangs on its tables call, and their effects: the planner may run them. Triggers do not fire |
        | INSERT, UPDATE, DELETE, MERGE, COPY FROM, TRUNCATE | implied: the bodies of enabled triggers and rules (`unknown` when they cannot be followed), functions in defaults (of domains, too), CHECKs, indexes, partition keys and row policies, cascades of foreign keys, partitions and children, the table below a view and the functions in the view. What is written to a temporary relation that may be a view, or to one that is in no catalog and no table that the open transaction made, is `unknown` |
        | UPDATE of a partitioned table | implied: DELETE and INSERT on its partitions, between which rows may move |
        | SELECT, COPY TO | functions in views and row policies, what those in views change (implied), `network` for foreign tables; implied: partitions and children |
        | DROP, ALTER, TRUNCATE … CASCADE | implied: children, tables that refer to it; for DROP … CASCADE all that the server's own list of dependencies takes along, however far: relations, functions and types that go, tables that lose a column, a default, a constraint or a trigger (by a column or a constraint that goes: views of the table, whichever columns they show); for servers, operators, collations, languages and their like: every relation, function and type, since their names stand for several here. ALTER TYPE: tables of the type and their children; ALTER COLUMN … TYPE: tables that refer to the column |
        | DROP | implied, without CASCADE, too: sequences of the columns, an extension's relations, functions and types. Of an index (ALTER, too): ALTER of its table |
        | LOCK | implied: children, and what a view reads. `setval` of a sequence that it names: UPDATE of it |
        | DROP SCHEMA, ALTER SCHEMA, GRANT and REVOKE ON ALL … IN SCHEMA, CREATE PUBLICATION FOR TABLES IN SCHEMA and FOR ALL TABLES | implied: what is in it |
        | DROP OWNED, REASSIGN OWNED | implied: every relation, function and type, since nobody knows here whose they are; ALTER TABLE ALL IN TABLESPACE: every relation. ALTER EXTENSION: what is its own |
        | CREATE OR REPLACE; CREATE TABLE … INHERITS, PARTITION OF; ALTER TABLE … RENAME | implied: ALTER of what may be there; ALTER of the parents; CREATE under the new name |
        | anything made or altered in `pg_catalog` | `privilege`, `code-exec`: it passes for the server's own |
        | ANALYZE, VACUUM, REINDEX, CLUSTER; renaming a column, constraint or trigger; DROP TRIGGER | implied: children |
        | ANALYZE, VACUUM, REINDEX, CLUSTER | functions in indexes, partition keys and statistics; without a table, those of all. REINDEX of an index: its table; of a schema or a database, and the others without a table: implied, each table |
        | COMMIT, PREPARE TRANSACTION, SET CONSTRAINTS | nothing, unless a deferrable trigger was set off and names moved, or its code was replaced, since: then what it does now, implied |
        | any DDL, GRANT, REVOKE, REFRESH | the bodies of event triggers |
        | anything but what needs no rule | implied: casts that nobody writes down, and functions by which an operator class or a range compares and sorts, unless they are compiled; where they do more than compute. Which of them run depends on types that Hoop does not follow |

        A table with more than 100 partitions is named alone. A partition that is named itself is an object of its own: a rule about its parent does not speak of it.

        **Mass writes.** An UPDATE, DELETE or MERGE is `mass-write` when its condition does not choose among the changed rows: there is none; it is a tautology (`id = id`,
        `x like '%'`, `a < 9 or a > 5`, `coalesce(true)`, `id in (select id from the_same)`); or it does not look at the row (`now() > '1900-01-01'`, `$1`, `exists (select 1 from other)`). So are
        TRUNCATE, ALTER COLUMN … USING and an INSERT … SELECT of everything with ON CONFLICT DO UPDATE. NULLs do not count. Conditions that happen to hold for all rows (`id > 0`) cannot be told
        from the text: `maxRows` and the estimate an approver sees are for them.
        """ + "\n";
}
