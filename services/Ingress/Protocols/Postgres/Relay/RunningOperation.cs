using Hoop.Contracts.Operations;
using Hoop.Ingress.Catalog;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Protocols.Postgres.Results;
using Hoop.Ingress.Recordings;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>A permitted operation on its way through the server.</summary>
internal sealed class RunningOperation(Permit permit, SqlAnalysis analysis, SqlContext context, bool namesMoved, long since, bool settled, long startedAt) : INamesUse
{
    private string[] maskedColumns = [];
    private ResultRecording? recording;
    private RecordedRows? recorded;
    private PostgresDiagnostic? error;

    /// <summary>By the statement being answered.</summary>
    private long returned;

    public Permit Permit { get; } = permit;
    public SqlAnalysis Analysis { get; } = analysis;

    /// <summary>What its names were resolved with.</summary>
    public SqlContext Context { get; } = context;

    /// <summary>How often the target's names had changed when it was judged; null: they were changing.</summary>
    public long? Changes => settled ? Since : null;

    /// <summary>How many changes of names were over when it was judged.</summary>
    public long Since { get; } = since;

    public bool Keeps { get; set; }

    /// <summary>Functions that it runs besides what it names.</summary>
    public IReadOnlyCollection<string> Deferred { get; init; } = [];

    public bool Needs(MovedNames names) => Analysis.Has(names.Concern) || Deferred.Count > 0 && names.Concern(Deferred);

    public long StartedAt { get; } = startedAt;

    /// <summary>It runs on a window, which may be taken back; null: it does not.</summary>
    public GrantedRun? Granted { get; } = permit.Revoked.CanBeCanceled ? new GrantedRun() : null;

    /// <summary>Null: it may touch any number of rows.</summary>
    public RowLimit? Limit { get; } = RowLimit.For(permit, analysis);

    /// <summary>Which of the string's statements is being answered.</summary>
    public int Statement { get; private set; }

    public SqlStatement? Current => Statement < Analysis.Statements.Count ? Analysis.Statements[Statement] : null;

    /// <summary>The columns of the statement being answered; null when they are not known, or an earlier statement may have moved their names.</summary>
    public IReadOnlyList<ResultColumn>? Lineage =>
        namesMoved || PostgresOperations.MovesNames(Analysis.Statements, Statement) ? null : Current?.Result;

    /// <summary>Rewrites the rows of the current result; null: they pass as they are.</summary>
    public PostgresRowMasker? Masker { get; private set; }

    /// <summary>The current result was looked at, <see cref="Masker"/> is set.</summary>
    public bool MaskerKnown { get; private set; }

    /// <summary>All of the current result is hidden, since its names may have moved; the client is to hear of it.</summary>
    public bool Hidden { get; set; }

    /// <summary>Takes the rows of the current result for the record; null: none are wanted, or no more.</summary>
    public RecordedRows? Recorded => recorded is { Done: false } ? recorded : null;

    /// <summary>Names of the last result's columns; nobody changes it.</summary>
    public string[] Columns { get; set; } = [];

    /// <summary>Notices said to it so far.</summary>
    public int Notices { get; set; }

    /// <summary>Rows returned or changed, whichever are more, of all its statements.</summary>
    public long Rows { get; set; }
    public long Bytes { get; set; }
    public string Status { get; private set; } = "no answer";
    public bool Succeeded { get; private set; }
    public bool Ended { get; set; }

    /// <returns>False: it is one more than may pass.</returns>
    public bool TryTakeRow()
    {
        if (Limit is { } limit && Rows >= limit.Most)
        {
            limit.Exceed();
            return false;
        }

        Rows++;
        returned++;
        return true;
    }

    /// <summary>Rows that no limit counts.</summary>
    public void TakeRows(int count, long bytes)
    {
        Rows += count;
        returned += count;
        Bytes += bytes;
    }

    /// <param name="rows">What the tag says; rows that were seen already are not counted again.</param>
    public void Tag(string tag, long? rows)
    {
        (Status, Succeeded) = (tag, true);
        // MOVE touches none.
        if (!tag.StartsWith("MOVE", StringComparison.Ordinal)) Rows += Math.Max(0, (rows ?? 0) - returned);
        if (Limit is { } limit && Rows > limit.Most) limit.Exceed();
    }

    /// <summary>The string's next statement is answered next: its columns are others.</summary>
    public void NextStatement()
    {
        Statement++;
        returned = 0;
        (Masker, MaskerKnown) = (null, false);
        EndRecording();
    }

    public void Use(PostgresRowMasker? masker, RecordedRows? rows) => (Masker, MaskerKnown, recorded) = (masker, true, rows);

    /// <summary>The recording of its current result.</summary>
    public void Record(ResultRecording result) => recording = result;

    public void EndRecording()
    {
        recording?.End();
        (recording, recorded) = (null, null);
    }

    /// <param name="columns">In order, each once; nobody changes it.</param>
    public void Masked(string[] columns)
    {
        if (columns.Length == 0 || ReferenceEquals(columns, maskedColumns)) return;
        maskedColumns = maskedColumns.Length == 0 ? columns : [.. maskedColumns.Union(columns, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    public void Failed(string status) => (Status, Succeeded) = (status, false);

    /// <param name="told">As records may show it.</param>
    public void Failed(PostgresDiagnostic told)
    {
        Failed($"{told.SqlState}: {told.Message}");
        error = told;
    }

    public OperationResult Result(TimeSpan duration) =>
        new(Succeeded, Status, Rows, Bytes, duration, maskedColumns)
        {
            Columns = Columns, Detail = error?.Detail, Hint = error?.Hint, OverLimit = Limit is { IsBroken: true } limit ? limit.Most : null,
        };
}
