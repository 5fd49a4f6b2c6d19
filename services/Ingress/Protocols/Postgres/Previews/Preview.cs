using Hoop.Contracts.Approvals;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sessions;

namespace Hoop.Ingress.Protocols.Postgres.Previews;

/// <summary>
/// What an approver gets to know beforehand, from a connection of the gateway's own that can change nothing. Each part that fails leaves a line that says so;
/// what has not come when the time is up is left out.
/// </summary>
internal sealed class Preview(PreviewSubject subject)
{
    private readonly List<string> notes = [];
    private PreviewPlan plan = PreviewPlan.None("it was not asked for");
    private IReadOnlyList<PreviewTable> tables = [];
    private PreviewTransaction transaction = PreviewTransaction.Unknown;
    private IReadOnlyList<PreviewConsequence> consequences = [];
    private PreviewSample? sample;

    internal static async Task<OperationPreview> RunAsync(PreviewSubject subject, CancellationToken cancel)
    {
        var services = subject.Session.Services;
        using var place = await services.Previews.EnterAsync(subject.Target.Name, cancel);
        using var time = new CancellationTokenSource(services.Options.PreviewTimeout, services.Clock);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel, time.Token);
        return await new Preview(subject).LookAsync(deadline.Token, cancel);
    }

    private async Task<OperationPreview> LookAsync(CancellationToken deadline, CancellationToken cancel)
    {
        try
        {
            await using var client = await PreviewConnection.OpenAsync(subject, deadline);
            await LookAsync(client, deadline);
        }
        catch (TargetUnavailableException e)
        {
            notes.Add($"The target could not be asked for all of it (SQLSTATE {e.SqlState}).");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            notes.Add($"The target did not answer all of it within {subject.Session.Services.Options.PreviewTimeout.TotalSeconds:0.#} seconds.");
        }

        return new OperationPreview(plan.EstimatedRows, plan.Text)
        {
            Details = new PreviewDetails
            {
                TakenAt = subject.Session.Services.Clock.GetUtcNow(), Tables = tables, Locks = transaction.Locks, TransactionStartedAt = transaction.StartedAt,
                Blocking = transaction.Blocking, Consequences = consequences, Sample = sample, Notes = notes,
            },
        };
    }

    private async Task LookAsync(PostgresTargetClient client, CancellationToken cancel)
    {
        plan = PreviewPlan.None("the target did not answer in time");
        plan = await PreviewPlan.AskAsync(subject, client, cancel);
        await PartAsync("The transaction's locks are not shown", async () => transaction = await PreviewTransaction.AskAsync(subject, client, cancel));
        await PartAsync("The tables' sizes are not shown", async () => tables = await PreviewTables.AskAsync(subject, plan, client, cancel));
        await PartAsync("Triggers, rules and references are not shown", async () => consequences = await PreviewConsequences.AskAsync(subject, client, cancel));
        var rows = new PreviewRows(subject, client, notes);
        await PartAsync("No rows are shown", async () => sample = await rows.ReadAsync(cancel));
        if (sample is not null && subject.Session.TransactionStartedAt is not null)
            notes.Add("What the open transaction has changed already is not in these rows: only its own connection sees that.");
    }

    // The server's own words may quote values: its code has to do.
    private async Task PartAsync(string missing, Func<Task> look)
    {
        try
        {
            await look();
        }
        catch (TargetUnavailableException e) when (e.SqlState != "08006")
        {
            notes.Add($"{missing}: the target answered with SQLSTATE {e.SqlState}.");
        }
    }
}
