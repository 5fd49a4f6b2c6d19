using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Recordings;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>Begins the recording of a result's rows, when a rule wants them.</summary>
internal static class ResultRecorder
{
    private const string Decrypted = "the rows may hold what was decrypted";

    private static readonly RecordedColumn[] CopyColumn = [new("copy", "text")];

    /// <param name="columns">Null: nobody knows them.</param>
    internal static RecordedRows? ForRows(RelaySession session, RunningOperation operation, PostgresColumn[]? columns)
    {
        if (operation.Permit.RecordRows == 0) return null;
        var masks = session.Gate.RecordMasksFor(operation.Permit);
        var recorded = columns?.Select(static column => new RecordedColumn(column.Name, PostgresTypeNames.Of(column.TypeOid))).ToArray() ?? [];
        if (session.Gate.RecordRows(operation.Permit, operation.Statement, recorded, RecordedRows.Writer(columns ?? [])) is not { } recording) return null;
        operation.Record(recording);
        if (operation.Analysis.Decrypts) recording.Cut(Decrypted);
        if (masks is not null && columns is null) recording.Cut("the rows came without a description, so they could not be masked");
        return recording.Done ? null : new RecordedRows(recording, masks is null ? null : ResultMasks.ForRecord(session, operation, masks, columns!).Masker);
    }

    internal static RecordedCopy? ForCopy(RelaySession session, RunningOperation operation, bool binary, int columnCount)
    {
        if (operation.Permit.RecordRows == 0) return null;
        if (session.Gate.RecordRows(operation.Permit, operation.Statement, CopyColumn, RecordedCopy.Writer(binary)) is not { } recording) return null;
        operation.Record(recording);
        if (operation.Analysis.Decrypts)
        {
            recording.Cut(Decrypted);
            return null;
        }

        try
        {
            return new RecordedCopy(recording, session.Gate.RecordMasksFor(operation.Permit) is { } masks ? ResultMasks.ForCopy(session, operation, masks, binary, columnCount).Masker : null);
        }
        catch (PostgresRefusedException e)
        {
            recording.Cut(e.Cause);
            return null;
        }
    }
}
