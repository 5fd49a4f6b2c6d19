using System.Security.Cryptography;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal;

namespace Hoop.Ingress.Recordings;

/// <summary>One session's recorded rows: each chunk goes into the journal by itself, and the session's chain gets an event with its hash.</summary>
internal sealed class SessionRecordings(RecordingDesk desk, SessionJournal recorder, IJournal journal, TimeProvider clock)
{
    private readonly Lock gate = new();
    private TaskCompletionSource? drained;
    private int pending;
    private long contents;

    internal RecordingDesk Desk => desk;
    internal string Id => recorder.SessionId;

    internal void Begin()
    {
        lock (gate) pending++;
    }

    internal void Finish()
    {
        lock (gate)
        {
            if (--pending > 0) return;
            drained?.TrySetResult();
            drained = null;
        }
    }

    /// <summary>Completes when everything submitted so far is in the journal: the session's end is to be its last event.</summary>
    internal Task DrainedAsync()
    {
        lock (gate)
            return pending == 0 ? Task.CompletedTask : (drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>On the desk's worker, one block after the other.</summary>
    internal void Store(RecordedBlock block)
    {
        var recording = block.Recording;
        var chunk = block.Rows == 0 ? null : RecordedContent.Of(block);
        var number = contents;
        if (chunk is not null)
        {
            // First the rows, then the event that speaks of them: whoever has the event has had the rows.
            var carrier = new SessionJournal($"content-{Id}-{number}", journal, clock);
            carrier.Append(EventKinds.Content, new RecordingPayloads.Carried(Id, number, chunk), RecordingPayloads.Content);
            contents++;
        }

        recorder.Append(EventKinds.ResultRecorded, new RecordingPayloads.Recorded(block, recording.Chunks, number, chunk), RecordingPayloads.ResultRecorded);
        recording.Chunks++;
    }
}

/// <param name="Data">Brotli of JSON Lines: one array of texts and nulls a row.</param>
/// <param name="Sha256">Of <paramref name="Data"/>, lower-case hex.</param>
internal sealed record RecordedContent(byte[] Data, string Sha256)
{
    internal static RecordedContent Of(RecordedBlock block)
    {
        var data = RowCompression.Compress(block);
        return new RecordedContent(data, Convert.ToHexStringLower(SHA256.HashData(data)));
    }
}
