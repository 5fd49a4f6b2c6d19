using System.Security.Cryptography;
using System.Text;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Lineage;
using Hoop.Ingress.Sql.Secrets;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>Statements → one <see cref="Operation"/> for the Gate. A string of several is one operation: the strictest rule that any of them meets decides.</summary>
internal static class PostgresOperations
{
    /// <summary>By these names may stand for something else afterwards.</summary>
    internal const Effects Moving = Effects.Ddl | Effects.Session | Effects.Dynamic | Effects.Unknown | Effects.Privilege;

    /// <param name="effectsKnown">What triggers and functions behind it do was looked up, in a catalog that the open transaction did not change.</param>
    internal static Operation Create(SqlAnalysis analysis, string text, IReadOnlyList<string?> values, RelaySession session, OperationInsight? insight, string names = "", Justification? justification = null, bool effectsKnown = false)
    {
        var plain = Plain(analysis, text, values, session, insight, names, justification, effectsKnown);
        return Executes(analysis) is { Count: > 0 } prepared ? Named(plain, prepared, session) : plain;
    }

    /// <summary>Prepared statements that the text only names, by PREPAREs that are not in it.</summary>
    private static List<string>? Executes(SqlAnalysis analysis)
    {
        List<string>? texts = null;
        for (var i = 0; i < analysis.Statements.Count; i++)
        {
            if (analysis.Statements[i].Command.Executes is not { Count: > 0 } executed) continue;
            foreach (var one in executed)
                if (!analysis.Statements.Any(statement => statement.Text == one)) (texts ??= []).Add(one);
        }

        return texts;
    }

    private static Operation Named(Operation operation, List<string> prepared, RelaySession session)
    {
        var secrets = prepared.ConvertAll(text => session.Services.Analyze(text, SessionContext.NoNames).Secrets);
        return operation with
        {
            StandsFor = string.Join(";\n", prepared),
            ShownStandsFor = string.Join(";\n", prepared.Select((text, i) => secrets[i]?.Shown ?? text)),
            Secrets = operation.Secrets ?? (secrets.Exists(static one => one is not null) ? new OperationSecrets(operation.Text, static _ => false) : null),
        };
    }

    private static Operation Plain(SqlAnalysis analysis, string text, IReadOnlyList<string?> values, RelaySession session, OperationInsight? insight, string names, Justification? justification, bool effectsKnown) => new()
    {
        Facts = session.Text.SendingMayFail ? WithShown(Merge(analysis), analysis) : Merge(analysis),
        Text = text,
        HideValues = Hide,
        Secrets = analysis.Secrets is { } secrets ? new OperationSecrets(secrets.Shown, secrets.HoldsParameter) : null,
        BindValues = values,
        Namespace = names,
        InTransaction = session.TransactionStartedAt is not null,
        AwaitsCommit = effectsKnown && session.IsSurelyInTransaction && analysis.Statements.All(LeavesTransactionOpen),
        TransactionStartedAt = session.TransactionStartedAt,
        Insight = insight,
        Justification = justification,
    };

    /// <summary>What is computed from a column decides whether it can be sent: <c>greatest(ssn, 'x' || chr(200))</c> in SQL_ASCII.</summary>
    private static OperationFacts WithShown(OperationFacts facts, SqlAnalysis analysis)
    {
        List<ColumnUse> shown = [.. analysis.Statements.Where(static s => s.Command.Kind != SqlCommandKind.Explain).SelectMany(static s => s.Result ?? []).SelectMany(static c => c.Sources)
            .Where(static s => s.Computed).Select(static s => new ColumnUse(s.Column, ColumnUseKind.Other) { Function = s.Through.FirstOrDefault() })];
        return shown.Count == 0 ? facts : facts with { ColumnUses = [.. facts.ColumnUses, .. shown.Distinct()] };
    }

    private static bool LeavesTransactionOpen(SqlStatement statement) => statement.Command.Kind is SqlCommandKind.Other or SqlCommandKind.CopyIn or SqlCommandKind.CopyOut;

    private static readonly Func<string, string> Hide = SqlLiterals.Hide;

    /// <summary>Text that could not even be read.</summary>
    internal static SqlAnalysis NotUnderstood(string text, string error)
    {
        var secrets = SqlSecrets.OfUnread(text);
        var facts = new OperationFacts
        {
            Protocol = "postgres", Understood = false, Unreadable = error, Plumbing = false, Effects = Effects.Unknown,
            Accesses = [new ObjectAccess("unknown", "other", "*")], ColumnUses = LineageResolver.AnyUse, Fingerprint = Hash(secrets?.Shown ?? text),
        };
        return new([new SqlStatement { Text = text, Command = SqlCommand.Other, Facts = facts }], error) { Secrets = secrets };
    }

    private static OperationFacts Merge(SqlAnalysis analysis)
    {
        var statements = analysis.Statements;
        if (statements.Count == 1) return statements[0].Facts;
        if (statements.Count == 0) return Nothing;
        var unsure = ReadsAfterMove(statements) || DeferredCode.MovesUnderway(statements);
        return new OperationFacts
        {
            Protocol = "postgres",
            // A later statement would be read with names as they were before an earlier one moved them.
            Understood = statements.All(statement => statement.Facts.Understood) && !unsure,
            Plumbing = statements.All(statement => statement.Facts.Plumbing),
            Accesses = [.. statements.SelectMany(statement => statement.Facts.Accesses).Distinct()],
            Effects = statements.Aggregate(unsure ? Effects.Unknown : Effects.None, (effects, statement) => effects | statement.Facts.Effects),
            ColumnUses = [.. statements.SelectMany(statement => statement.Facts.ColumnUses).Distinct()],
            Fingerprint = Hash(string.Join(';', statements.Select(statement => statement.Facts.Fingerprint))),
        };
    }

    private static readonly OperationFacts Nothing = new()
    {
        Protocol = "postgres", Understood = true, Plumbing = true, Accesses = [], Effects = Effects.None, Fingerprint = "0000000000000000",
    };

    /// <summary>After one of these in the same string, the catalog that the later ones were read with may be out of date. (Settings, cursors and PREPARE within a string are followed by the analysis.)</summary>
    /// <param name="first">So many of them count.</param>
    internal static bool MovesNames(IReadOnlyList<SqlStatement> statements, int first)
    {
        for (var i = 0; i < Math.Min(first, statements.Count); i++)
        {
            if (MovesNames(statements[i])) return true;
        }

        return false;
    }

    private static bool MovesNames(SqlStatement statement) =>
        !statement.Facts.Understood || statement.Command.Kind is SqlCommandKind.Ddl or SqlCommandKind.Discard
        || (statement.Facts.Effects & Moving) != 0;

    private static bool ReadsAfterMove(IReadOnlyList<SqlStatement> statements)
    {
        for (var i = 1; i < statements.Count; i++)
        {
            if (!statements[i].Facts.Plumbing && MovesNames(statements, i)) return true;
        }

        return false;
    }

    internal static bool AreSame(SqlAnalysis then, SqlAnalysis now) =>
        then.Statements.Count == now.Statements.Count && then.Statements.Zip(now.Statements).All(pair => AreSame(pair.First, pair.Second));

    internal static bool AreSame(SqlStatement then, SqlStatement now) =>
        then.Facts.Understood == now.Facts.Understood && then.Facts.Effects == now.Facts.Effects
        && then.Facts.Accesses.SequenceEqual(now.Facts.Accesses) && then.Facts.ColumnUses.SequenceEqual(now.Facts.ColumnUses)
        && Shown(then).SequenceEqual(Shown(now));

    private static IEnumerable<string> Shown(SqlStatement statement) => (statement.Result ?? []).Select(column =>
        $"{column.Name} {column.Opaque} {column.HasMadeUp} {string.Join(',', column.Sources.Select(source => $"{source.Column} {source.Computed} {source.Origin}({string.Join(',', source.Through)})"))}");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
