using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>A request that was judged: what to do with each answer the Gate may give.</summary>
internal sealed class WaitingRequest(
    PostgresFrame frame, Hold hold, Action<PostgresFrame, Permit> forward, Action<Refusal> refuse, Func<Permit, CancellationToken, ValueTask<bool>> meansTheSame)
{
    private PostgresFrame frame = frame;

    public Hold Hold { get; } = hold;

    /// <summary>Makes the frame independent of the client's buffer.</summary>
    public void Keep() => frame = new PostgresFrame(frame.Type, new System.Buffers.ReadOnlySequence<byte>(System.Buffers.BuffersExtensions.ToArray(frame.Whole)));

    /// <summary>False: what people approved is not what would run now.</summary>
    public ValueTask<bool> MeansTheSameAsync(Permit permit, CancellationToken cancel) => meansTheSame(permit, cancel);

    public void Release(GateAnswer answer)
    {
        if (answer.Permit is { } permit) forward(frame, permit);
        else refuse(answer.Refusal!);
    }
}
