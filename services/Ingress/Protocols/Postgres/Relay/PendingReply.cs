using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

internal enum ReplyKind { Query, Parse, Bind, DescribeStatement, DescribePortal, CloseStatement, ClosePortal, Execute, Sync, CopyEnd, FunctionCall }

/// <summary>A request the server has, and what is to be done with its answer.</summary>
internal readonly struct PendingReply(ReplyKind kind)
{
    public ReplyKind Kind { get; } = kind;

    /// <summary>The gateway's own request: the client never sees the answer.</summary>
    public bool Swallow { get; init; }

    /// <summary>The request was refused and something that fails was sent in its place: the failure is told as this.</summary>
    public Refusal? Instead { get; init; }

    /// <summary>The permitted run that this request starts or continues.</summary>
    public RunningOperation? Operation { get; init; }

    public string Name { get; init; } = "";
    public PreparedStatement? Statement { get; init; }
    public Portal? Portal { get; init; }

    /// <summary>Where the rows of the gateway's own request go; null rows: it was not run.</summary>
    public InternalQuery? Internal { get; init; }
}

/// <summary>A query of the gateway's own, on the client's connection to the target.</summary>
/// <param name="alone">It ends with a Sync of its own: an error in it is nobody else's business.</param>
internal sealed class InternalQuery(bool alone)
{
    private readonly TaskCompletionSource<bool> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool Alone { get; } = alone;

    public List<string?[]> Rows { get; } = [];

    /// <summary>Of a simple query: the command tag.</summary>
    public string? Tag { get; set; }

    /// <summary>Of a simple query: as its ReadyForQuery said.</summary>
    public byte Status { get; set; } = ReadyForQuery.Idle;

    /// <summary>Masked, and not shown to anybody yet.</summary>
    public PostgresDiagnostic? Error { get; set; }

    /// <summary>It ran without an error.</summary>
    public bool Ran { get; private set; }

    /// <summary>False: an error before it or in it kept it from running.</summary>
    public Task<bool> Done => done.Task;

    public void Finish(bool ran)
    {
        if (done.Task.IsCompleted) return;
        Ran = ran;
        done.SetResult(ran);
    }
}
