using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Protocols.Postgres.Masking.Copy;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>
/// Which columns of a result are masked: by the statement's lineage, and once more by the table and column the server names in
/// its RowDescription. The stricter of the two counts. What cannot be told is opaque.
/// </summary>
internal static class ResultMasks
{
    /// <param name="columns">Null: nobody knows them, so nothing of the result may pass.</param>
    internal static void Prepare(RelaySession session, RunningOperation operation, PostgresColumn[]? columns)
    {
        var recorded = ResultRecorder.ForRows(session, operation, columns);
        if (columns is not null) operation.Columns = session.Results.Names(columns);
        if (session.Gate.MasksFor(operation.Permit) is not { } masks)
        {
            operation.Use(null, recorded);
            return;
        }

        if (columns is null) throw PostgresRefusedException.Protocol("rows came without a description, so they cannot be masked");
        var rows = session.Results.Masks(masks, operation.Context.Catalog, OwnTables(session, operation, masks), columns, Lineage(session, operation, masks, columns.Length, out var moved));
        operation.Masked(rows.Columns);
        operation.Use(rows.Masker, recorded);
        operation.Hidden = moved && rows.Masker is not null;
    }

    /// <summary>The same by the masks of records.</summary>
    internal static RowMasks ForRecord(RelaySession session, RunningOperation operation, TargetMasks masks, PostgresColumn[] columns) =>
        session.RecordedResults.Masks(masks, operation.Context.Catalog, OwnTables(session, operation, masks), columns, Lineage(session, operation, masks, columns.Length, out _));

    /// <returns>Null: the data passes as it is.</returns>
    internal static PostgresCopyMasker? ForCopy(RelaySession session, RunningOperation operation, bool binary, int columnCount)
    {
        if (session.Gate.MasksFor(operation.Permit) is not { } masks) return null;
        var (masker, names, moved) = ForCopy(session, operation, masks, binary, columnCount);
        operation.Masked(names);
        operation.Hidden = moved && masker is not null;
        return masker;
    }

    /// <returns>Why what it copies out could not be masked; null: it can be, or need not.</returns>
    internal static Refusal? CopyProblem(RelaySession session, RunningOperation operation)
    {
        for (var i = 0; i < operation.Analysis.Statements.Count; i++)
        {
            var command = operation.Analysis.Statements[i].Command;
            if (command.Kind == SqlCommandKind.CopyOut && session.Gate.MasksFor(operation.Permit) is not null && CopyFormat.Problem(command.Options) is { } problem)
                return new Refusal(RefusalCode.ProtocolNotAllowed, null, problem, "Its data could be read otherwise than the server writes it.", "Leave the option out.");
        }

        return null;
    }

    internal static (PostgresCopyMasker? Masker, string[] Columns, bool Moved) ForCopy(RelaySession session, RunningOperation operation, TargetMasks masks, bool binary, int columnCount)
    {
        var lineage = Lineage(session, operation, masks, columnCount, out var moved) ?? [.. Enumerable.Range(1, columnCount).Select(number => RowMasks.Opaque($"column {number}"))];
        var fields = lineage.Select(column => new MaskedField(column.Name, 0, binary ? (short)1 : (short)0, masks.ForColumn(column))).ToArray();
        return (PostgresCopyMasker.Create(Format(operation, binary), fields, masks.Detectors), RowMasks.Names(fields), moved);
    }

    /// <param name="moved">A view or table may have become another between judging and running, by whichever session: then it is null.</param>
    private static IReadOnlyList<ResultColumn>? Lineage(RelaySession session, RunningOperation operation, TargetMasks masks, int columns, out bool moved)
    {
        var lineage = operation.Lineage;
        moved = lineage is not null && NamesMoved(session, operation);
        return !moved && lineage?.Count == columns ? Doubted(session, masks, lineage) : null;
    }

    // Other masks than those that it was filled under (of records, say) may hide what an own table holds, and so may these, once it cannot be said what that is.
    private static IReadOnlyList<ResultColumn> Doubted(RelaySession session, TargetMasks masks, IReadOnlyList<ResultColumn> lineage)
    {
        for (var i = 0; i < lineage.Count; i++)
        {
            if (!lineage[i].Opaque && TemporaryRelations.Feed(lineage[i]))
                return session.OwnTables.Hold(masks) ? lineage : [.. lineage.Select(static column => TemporaryRelations.Feed(column) ? column with { Opaque = true } : column)];
        }

        return lineage;
    }

    private static TemporaryRelations OwnTables(RelaySession session, RunningOperation operation, TargetMasks masks) =>
        operation.Context.Temporary is { AnyVouched: true } own && session.OwnTables.Hold(masks) ? own : TemporaryRelations.None;

    internal static bool NamesMoved(RelaySession session, RunningOperation operation) =>
        (operation.Changes is not { } then || session.Claims.Settled(session.NamesChange) != then)
        && operation.Current is not { NamesTheSystemAlone: true };

    private static CopyFormat Format(RunningOperation operation, bool binary)
    {
        try
        {
            var format = CopyFormat.From(operation.Current?.Command.Options ?? []);
            return (format.Encoding == CopyEncoding.Binary) == binary
                ? format
                : throw PostgresRefusedException.Protocol("the target writes the copy in another format than was asked for");
        }
        catch (NotSupportedException e)
        {
            throw new PostgresRefusedException(PostgresDiagnostic.Create("FATAL", "0A000", e.Message), "COPY that cannot be masked");
        }
    }
}
