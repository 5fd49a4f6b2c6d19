using System.Text;
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
        text.Append("\n## Functions of PostgreSQL and its common extensions\n").Append(Functions.ReplaceLineEndings("\n"));
        text.Append("\n| effects | functions |\n|---|---|\n");
        foreach (var (effects, names) in FunctionTable.ByEffects()) text.Append($"| {Effects(effects)} | {string.Join(' ', names.Select(n => $"`{n}`"))} |\n");
        text.Append("\n## The other nodes of the grammar\n");
        text.Append($"Walked (what they hold counts): {string.Join(' ', NodeTable.Walked)}.\n\nHarmless: {string.Join(' ', NodeTable.Harmless)}.\n");
        return text.ToString();
    }

    static string Row(string node, string sql)
    {
        var facts = Ask.Of(sql).Facts;
        var touches = facts.Plumbing ? "nothing that needs a rule" : string.Join(", ", facts.Accesses.Select(a => $"{a.Verb} {(a.Kind is "table" or "function" ? "" : a.Kind + " ")}`{a.Name}`"));
        return $"| {node} | `{sql.Replace("|", "\\|")}` | {touches} | {Effects(facts.Effects)} |\n";
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

    const string Functions = """
        A function of PostgreSQL 10 to 18 that is not in the table only computes from what it is given, and needs no rule. A name that nobody knows is `unknown`.
        A star stands for any ending.
        """ + "\n";
}
