using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>Requests on their way to the server, each with its place in the line of answers.</summary>
internal sealed class ForwardedRequests(RelaySession session, StatementJudge judge, LimitedRuns limited)
{
    private System.IO.Pipelines.PipeWriter Output => session.Upstream.Output;

    public void Forward(in PostgresFrame frame, in PendingReply reply)
    {
        lock (session.Lock) Enqueue(frame, reply);
    }

    public void Query(in PostgresFrame frame, RunningOperation operation, long pipeline)
    {
        if (operation.Limit is null) SendQuery(frame, operation, pipeline);
        else StartLimitedQuery(frame, operation, pipeline);
        session.Revoked.Watch(operation);
    }

    public void Call(in PostgresFrame frame, RunningOperation operation)
    {
        judge.Sent(operation);
        Forward(frame, new PendingReply(ReplyKind.FunctionCall) { Operation = operation });
        session.Revoked.Watch(operation);
    }

    /// <param name="operation">It was decided on already; null: it is when it is executed.</param>
    public void Bind(in PostgresFrame frame, Portal portal, long pipeline, RunningOperation? operation = null)
    {
        portal.Running = operation;
        lock (session.Lock)
        {
            session.Portals.Propose(portal.Name, portal, pipeline);
            Enqueue(frame, new PendingReply(ReplyKind.Bind) { Name = portal.Name, Portal = portal, Operation = operation });
        }

        if (operation is null) return;
        judge.Bound(portal);
        session.Revoked.Watch(operation);
    }

    public void Execute(in PostgresFrame frame, Portal? portal, RunningOperation operation)
    {
        var watched = portal is not null && portal.Running == operation;
        portal?.Running = operation;
        portal?.IsExecuted = true;
        if (operation.Limit is null) SendExecute(frame, portal, operation);
        else StartLimitedExecute(frame, portal, operation);
        if (!watched) session.Revoked.Watch(operation);
    }

    /// <summary>More rows of a portal that was suspended.</summary>
    public void Continue(in PostgresFrame frame, Portal portal, RunningOperation running)
    {
        if (running.Limit is null) Forward(frame, new PendingReply(ReplyKind.Execute) { Operation = running, Portal = portal });
        else ContinueLimited(frame, portal, running);
    }

    // What a delegate takes along is allocated where its method begins: these have their own.
    private void StartLimitedQuery(PostgresFrame frame, RunningOperation operation, long pipeline) =>
        limited.Start(operation, isQuery: true, () => SendQuery(frame, operation, pipeline));

    private void StartLimitedExecute(PostgresFrame frame, Portal? portal, RunningOperation operation) =>
        limited.Start(operation, isQuery: false, () => SendExecute(frame, portal, operation));

    private void ContinueLimited(PostgresFrame frame, Portal portal, RunningOperation running) =>
        limited.Start(running, isQuery: false, () => Forward(frame, new PendingReply(ReplyKind.Execute) { Operation = running, Portal = portal }));

    private void SendQuery(in PostgresFrame frame, RunningOperation operation, long pipeline)
    {
        judge.Sent(operation);
        lock (session.Lock)
        {
            // A simple query ends the unnamed portal (protocol, 55.2.3), whether it succeeds or fails.
            if (session.Portals.Knows("")) session.Portals.Propose("", null, pipeline);
            Enqueue(frame, new PendingReply(ReplyKind.Query) { Operation = operation });
        }

        judge.MayHaveEnded();
    }

    private void SendExecute(in PostgresFrame frame, Portal? portal, RunningOperation operation)
    {
        judge.Sent(operation);
        lock (session.Lock)
        {
            if (portal is not null) DescribeForMasks(portal, operation.Permit);
            Enqueue(frame, new PendingReply(ReplyKind.Execute) { Operation = operation, Portal = portal });
        }
    }

    /// <summary>Rows of a portal that the client never had described could not be masked: we ask ourselves.</summary>
    private void DescribeForMasks(Portal portal, Permit permit)
    {
        if (portal.IsDescribed || portal.Statement.IsDescribed || session.Gate.MasksFor(permit) is null) return;
        portal.IsDescribed = true;
        Describe.Write(Output, Describe.PortalKind, portal.Name);
        session.Replies.Enqueue(new PendingReply(ReplyKind.DescribePortal) { Swallow = true, Portal = portal });
    }

    /// <summary>Under the lock.</summary>
    private void Enqueue(in PostgresFrame frame, in PendingReply reply)
    {
        Output.WriteFrame(frame.Whole);
        session.Replies.Enqueue(reply);
    }
}
