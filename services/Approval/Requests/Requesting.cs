using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using MassTransit;

namespace Hoop.Approval.Requests;

/// <summary>Takes a requester's withdrawal or explanation to the saga and brings back its answer.</summary>
internal sealed class Requesting(IBus bus, ILogger<Requesting> logger)
{
    private static readonly RequestTimeout Timeout = RequestTimeout.After(s: 10);

    public Task<RequesterAnswer> WithdrawAsync(Guid requestId, Principal by, string? reason, CancellationToken cancel) =>
        AskAsync(requestId, new WithdrawRequest(requestId, by, reason), cancel);

    public Task<RequesterAnswer> ExplainAsync(Guid requestId, Principal by, string text, CancellationToken cancel) =>
        AskAsync(requestId, new ExplainRequest(requestId, by, text), cancel);

    /// <summary>Never throws for a broker or database that is away: what was not taken says so.</summary>
    private async Task<RequesterAnswer> AskAsync<T>(Guid requestId, T command, CancellationToken cancel) where T : class
    {
        try
        {
            return (await bus.CreateRequestClient<T>(Timeout).GetResponse<RequesterAnswer>(command, cancel)).Message;
        }
        catch (Exception e) when (e is RequestException or MassTransitException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            logger.RequesterUnanswered(requestId, e.GetType().Name);
            return new RequesterAnswer(requestId, false, "no-answer", "This could not be taken right now. Look at the request's state, then try again.", "");
        }
    }
}
