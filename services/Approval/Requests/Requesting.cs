using Hoop.Approval.Http;
using Hoop.Approval.Saga;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults;
using MassTransit;

namespace Hoop.Approval.Requests;

/// <summary>Takes a requester's withdrawal or explanation to the saga and brings back its answer. Each is on record, by whichever door it came.</summary>
internal sealed class Requesting(IBusControl bus, OnRecord record, ILogger<Requesting> logger)
{
    public const string Withdraw = "request.withdraw";
    public const string Explain = "request.explain";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly Refusal Unanswered = new("no-answer", "Nobody answered in time; it may still be taken. Look at the request's state before you try again.");

    public Task<RequesterAnswer> WithdrawAsync(Guid requestId, Principal by, string? reason, CancellationToken cancel) =>
        AskAsync(Withdraw, requestId, by, reason, new WithdrawRequest(requestId, by, Voting.Bounded(reason)), cancel);

    public Task<RequesterAnswer> ExplainAsync(Guid requestId, Principal by, string text, CancellationToken cancel) =>
        AskAsync(Explain, requestId, by, text, new ExplainRequest(requestId, by, Voting.Bounded(text)!), cancel);

    /// <summary>Never throws for a broker or database that is away: what was not taken says so.</summary>
    private async Task<RequesterAnswer> AskAsync<T>(string kind, Guid requestId, Principal by, string? words, T command, CancellationToken cancel) where T : class
    {
        return await record.DoAsync(kind, "request", requestId, by, words, AskSagaAsync, EndingOf, Not(OnRecord.NotRecorded)) ?? Not(Unanswered);

        RequesterAnswer Not(Refusal why) => new(requestId, false, why.Code, why.Message, "");

        static Ending EndingOf(RequesterAnswer? answer) => answer is null ? new(AdminOutcomes.Unknown, Unanswered.Code) : Ending.Of(answer.Accepted, answer.Code);

        async Task<RequesterAnswer?> AskSagaAsync()
        {
            try
            {
                return await bus.AskAsync<T, RequesterAnswer>(command, Patience, cancel);
            }
            catch (Exception e) when (e is RequestException or MassTransitException or OperationCanceledException && !cancel.IsCancellationRequested)
            {
                logger.RequesterUnanswered(requestId, e.GetType().Name);
                return null;
            }
        }
    }
}
