using System.Security.Cryptography;
using System.Text;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>Statements → one <see cref="Operation"/> for the Gate. A string of several is one operation: the strictest rule that any of them meets decides.</summary>
internal static class PostgresOperations
{
    internal static Operation Create(SqlAnalysis analysis, string text, IReadOnlyList<string?> values, RelaySession session, Func<CancellationToken, Task<OperationPreview>>? preview) => new()
    {
        Facts = Merge(analysis),
        Text = text,
        BindValues = values,
        InTransaction = session.TransactionStartedAt is not null,
        TransactionStartedAt = session.TransactionStartedAt,
        Preview = preview,
    };

    /// <summary>Text that could not even be read.</summary>
    internal static SqlAnalysis NotUnderstood(string text, string error) => new(
        [
            new SqlStatement
            {
                Text = text,
                Command = SqlCommand.Other,
                Facts = new OperationFacts
                {
                    Protocol = "postgres", Understood = false, Plumbing = false, Effects = Effects.Unknown,
                    Accesses = [new ObjectAccess("unknown", "other", "*")], Fingerprint = Hash(text),
                },
            },
        ], error);

    private static OperationFacts Merge(SqlAnalysis analysis)
    {
        var statements = analysis.Statements;
        if (statements.Count == 1) return statements[0].Facts;
        if (statements.Count == 0) return Nothing;
        return new OperationFacts
        {
            Protocol = "postgres",
            // A later statement would be read with names as they were before an earlier one moved them.
            Understood = statements.All(statement => statement.Facts.Understood) && !MovesNamesMidway(statements),
            Plumbing = statements.All(statement => statement.Facts.Plumbing),
            Accesses = [.. statements.SelectMany(statement => statement.Facts.Accesses).Distinct()],
            Effects = statements.Aggregate(Effects.None, (effects, statement) => effects | statement.Facts.Effects),
            ColumnUses = [.. statements.SelectMany(statement => statement.Facts.ColumnUses).Distinct()],
            Fingerprint = Hash(string.Join(';', statements.Select(statement => statement.Facts.Fingerprint))),
        };
    }

    private static readonly OperationFacts Nothing = new()
    {
        Protocol = "postgres", Understood = true, Plumbing = true, Accesses = [], Effects = Effects.None, Fingerprint = "0000000000000000",
    };

    internal static bool MovesNamesMidway(IReadOnlyList<SqlStatement> statements)
    {
        var moved = false;
        foreach (var statement in statements)
        {
            if (moved && !IsTransactionControl(statement.Command.Kind) && !IsHarmlessSetting(statement)) return true;
            moved |= SessionContext.MovesNames(statement);
        }

        return false;
    }

    private static bool IsTransactionControl(SqlCommandKind kind) =>
        kind is SqlCommandKind.Begin or SqlCommandKind.Commit or SqlCommandKind.Rollback or SqlCommandKind.Savepoint or SqlCommandKind.RollbackTo or SqlCommandKind.Release or SqlCommandKind.Empty;

    private static bool IsHarmlessSetting(SqlStatement statement) =>
        statement.Command.Kind is SqlCommandKind.Set or SqlCommandKind.Reset or SqlCommandKind.Show && statement.Facts.Plumbing;

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
