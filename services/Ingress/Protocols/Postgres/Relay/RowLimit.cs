using System.Buffers;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>
/// The rows that a permitted operation may change or return, and what of its answer waits until that is known.
/// Changed under the session's lock.
/// </summary>
internal sealed class RowLimit
{
    private readonly TaskCompletionSource reached = NewSignal();
    private readonly TaskCompletionSource copying = NewSignal();
    private readonly ArrayBufferWriter<byte> withheld = new(64);
    private readonly Permit permit;
    private TaskCompletionSource answered = NewSignal();

    private RowLimit(Permit permit, long most, SqlAnalysis analysis)
    {
        (this.permit, Most, MayWrite, HidesChanges) = (permit, most, RowLimitedStatements.MayWrite(analysis), RowLimitedStatements.HideChanges(analysis));
    }

    public long Most { get; }

    /// <summary>What it does may have to be undone.</summary>
    public bool MayWrite { get; }

    /// <summary>The command tag does not tell all that it changes.</summary>
    public bool HidesChanges { get; }

    public bool Exceeded { get; private set; }

    /// <summary>More rows than may be, so nothing of it stays.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>It changed rows, and the client wants to see them in parts: how many there are would be known too late.</summary>
    public bool InParts { get; set; }

    /// <summary>The client has been told that the statement failed.</summary>
    public bool Told { get; set; }

    /// <summary>As the ReadyForQuery said that the client has not seen.</summary>
    public byte Status { get; private set; } = ReadyForQuery.Idle;

    public Task Answered => answered.Task;

    /// <summary>More rows came than may: the target need not go on.</summary>
    public Task Reached => reached.Task;

    /// <summary>The target waits for the client's copy data.</summary>
    public Task Copying => copying.Task;

    /// <summary>What ends the answer, when it may be shown.</summary>
    public ReadOnlyMemory<byte> Withheld => withheld.WrittenMemory;

    /// <returns>Null when nothing of it is limited.</returns>
    public static RowLimit? For(Permit permit, SqlAnalysis analysis) =>
        permit.MaxRows is { } most && analysis.Statements.Any(RowLimitedStatements.Concerns) ? new RowLimit(permit, most, analysis) : null;

    public void Exceed()
    {
        Exceeded = true;
        reached.TrySetResult();
    }

    public void Withhold(byte type, ReadOnlySpan<byte> body)
    {
        if (!Exceeded) withheld.WriteMessage(type, body);
    }

    public void BeginCopy() => copying.TrySetResult();

    public void Answer(byte status)
    {
        Status = status;
        answered.TrySetResult();
    }

    public void Answer() => answered.TrySetResult();

    /// <summary>The rest of its rows is asked for.</summary>
    public void Continue()
    {
        withheld.ResetWrittenCount();
        answered = NewSignal();
    }

    /// <param name="rows">Null: they could not be counted.</param>
    public Refusal Refusal(long? rows)
    {
        IsBroken = Exceeded || rows > Most;
        return new(
            RefusalCode.RowLimit, permit.Rules.Count > 0 ? permit.Rules[0] : null, Message(rows),
            $"{Origin()} limits it to {Most} rows.", "Narrow the statement or send it in smaller parts, or ask for a higher maxRows.", permit.RequestId);
    }

    private string Message(long? rows)
    {
        if (InParts) return "the statement changes rows and asks for them in parts, so its row limit cannot be kept; it was rolled back";
        if (rows is not { } count) return "the rows that the statement changed could not be counted, so it was rolled back";
        // The rows after the last that may pass are not counted one by one.
        var touched = count > Most ? $"{count} rows" : "more rows";
        return MayWrite
            ? $"the statement touches {touched}, over its limit of {Most}; it was rolled back"
            : $"the statement returns {touched}, over its limit of {Most}; the rest is not shown";
    }

    private string Origin()
    {
        var rules = permit.Rules.Count > 0 ? $"Policy rule {string.Join(", ", permit.Rules.Select(rule => $"\"{rule}\""))}" : "Policy";
        return permit.RequestId is { } request ? $"{rules}, with request {request}," : rules;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
