using System.Collections.Concurrent;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;
using Hoop.Ingress.Protocols.Postgres;
using Hoop.Ingress.Recordings;
using Hoop.Ingress.Sessions;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>A Gate that a test plays: one token is good, one target is there, every operation is answered by <see cref="Decide"/>.</summary>
internal sealed class PlayedGate(TargetDocument target) : IGate, IGateSession
{
    internal const string Token = "good-token";

    private static readonly TargetMasks NoMasks = MaskingEngine.Compile(new MaskingDocument(1, "", []), []).For("shop", []);

    private long operations;

    internal Func<Operation, PlayedGate, GateAnswer> Decide { get; set; } = static (operation, gate) => gate.Permit(operation);
    internal ConcurrentQueue<Operation> Asked { get; } = new();
    internal ConcurrentQueue<(Permit Permit, OperationResult Result)> Completed { get; } = new();
    internal TaskCompletionSource<string> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    internal TaskCompletionSource<PlayedHold> Held { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    internal ClientInfo? Client { get; private set; }
    internal TargetMasks? Masks { get; set; }
    internal bool LetsEverythingPass { get; set; }
    internal long? MaxRows { get; set; }

    public string Id => "session-1";
    public string PrincipalId => "ann";
    public AuthorizedTarget Target { get; } = new("shop", target);
    public TargetMasks? CurrentMasks => Masks;
    public TargetMasks StrictestMasks => Masks ?? NoMasks;
    public bool PassesEverything => LetsEverythingPass;
    public bool PassedEverything(Permit permit) => LetsEverythingPass;
    public TargetMasks? MasksFor(Permit permit) => Masks;

    internal GateAnswer Permit(Operation operation) => new Permit(Interlocked.Increment(ref operations), operation, null!, MaxRows);

    internal static GateAnswer Block(string rule = "nobody-destroys") =>
        new Refusal(RefusalCode.Blocked, rule, $"blocked by policy \"{rule}\"", $"Rule \"{rule}\" blocks it.", "Ask somebody.");

    internal GateAnswer Hold(Operation operation)
    {
        var hold = new PlayedHold(this, operation);
        Held.TrySetResult(hold);
        return hold.Hold;
    }

    internal void NextHold() => Held = new TaskCompletionSource<PlayedHold>(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask<(Principal? Principal, Refusal? Refusal)> AuthenticateAsync(string accessToken, CancellationToken cancel) =>
        ValueTask.FromResult<(Principal?, Refusal?)>(accessToken == Token
            ? (new Principal("https://id", "agent-1", "agent-1", "agent", ["agents"], []), null)
            : (null, new Refusal(RefusalCode.AuthenticationFailed, null, "the access token was not accepted", "It is wrong.", "Use another.")));

    public ValueTask<(IGateSession? Session, Refusal? Refusal)> OpenAsync(Principal principal, string name, ClientInfo client, CancellationToken cancel)
    {
        Client = client;
        return ValueTask.FromResult<(IGateSession?, Refusal?)>(name == Target.Name
            ? (this, null)
            : (null, new Refusal(RefusalCode.UnknownTarget, null, $"target \"{name}\" does not exist", "No.", "Check the name.")));
    }

    public ValueTask<GateAnswer> AskAsync(Operation operation, CancellationToken cancel)
    {
        Asked.Enqueue(operation);
        return ValueTask.FromResult(Decide(operation, this));
    }

    public ValueTask<Refusal?> ForeseeAsync(Operation operation, bool runs, CancellationToken cancel) => ValueTask.FromResult<Refusal?>(null);

    public bool IsCurrent(Permit permit) => true;

    /// <summary>What a flush to the server waits for.</summary>
    internal Func<Task> Durable { get; set; } = () => Task.CompletedTask;

    public ValueTask DurableAsync(CancellationToken cancel) => new(Durable().WaitAsync(cancel));

    public void Complete(Permit permit, OperationResult result) => Completed.Enqueue((permit, result));

    public TargetMasks? RecordMasksFor(Permit? permit) => Masks;

    public ResultRecording? RecordRows(Permit permit, int statement, IReadOnlyList<RecordedColumn> columns, RowWriter write) => null;

    internal ConcurrentQueue<SessionNotice> Notices { get; } = new();

    public void Notice(Permit? permit, SessionNotice notice) => Notices.Enqueue(notice);

    internal TaskCompletionSource<SessionKill> Kill { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<SessionKill> Killed => Kill.Task;

    /// <summary>Drops what was asked and completed so far.</summary>
    internal void Forget()
    {
        Asked.Clear();
        Completed.Clear();
        Notices.Clear();
    }

    public ValueTask EndAsync(string cause)
    {
        Ended.TrySetResult(cause);
        return ValueTask.CompletedTask;
    }
}

/// <summary>An approval that a test decides.</summary>
internal sealed class PlayedHold
{
    private readonly PlayedGate gate;
    private readonly Operation operation;
    private readonly TaskCompletionSource<GateAnswer> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> withdrawn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal PlayedHold(PlayedGate gate, Operation operation)
    {
        (this.gate, this.operation) = (gate, operation);
        var id = Guid.CreateVersion7();
        Hold = new Hold(id, $"http://portal/requests/{id}", DateTimeOffset.Parse("2030-01-01T00:15:00Z"), "1 of dba", outcome.Task, cause =>
        {
            withdrawn.TrySetResult(cause);
            outcome.TrySetResult(new Refusal(cause == "cancelled" ? RefusalCode.Cancelled : RefusalCode.Withdrawn, null, "the request for approval was withdrawn", $"Request {id}: {cause}.", "Send it again.", id));
            return ValueTask.CompletedTask;
        });
    }

    internal Hold Hold { get; }
    internal Task<string> Withdrawn => withdrawn.Task;

    internal void Approve() => outcome.TrySetResult(gate.Permit(operation));

    internal void Deny(string reason) =>
        outcome.TrySetResult(new Refusal(RefusalCode.Denied, null, $"denied by bea: {reason}", "It was denied.", "Talk to bea.", Hold.RequestId));
}
