using System.Threading.Channels;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal;
using Hoop.Ingress.Journal.Shipping;
using Hoop.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Journal;

public sealed class JournalShipperTests : IAsyncDisposable
{
    private readonly JournalRig rig = new();
    private readonly Confirmations confirmations = new();
    private readonly Channel<RecordEvents> sent = Channel.CreateUnbounded<RecordEvents>();
    private JournalShipper? shipper;
    private volatile bool brokerDown;

    [Fact]
    public async Task Events_are_shipped_in_order_and_in_bounded_batches()
    {
        rig.Open();
        await FillAsync("s1", 2600);
        await ShipAsync(confirm: true);

        var shipped = await TakeAsync(2601);
        shipped.Select(e => e.Sequence).ShouldBe(Enumerable.Range(0, 2601).Select(i => (long)i));
        JournalRig.IsChained(shipped).ShouldBeTrue();
    }

    [Fact]
    public async Task A_batch_is_no_larger_than_a_message_should_be()
    {
        rig.Open();
        await FillAsync("s1", 80, text: new string('x', 20_000));
        await ShipAsync(confirm: true);

        var first = await sent.Reader.ReadAsync(Limit());
        first.Events.Length.ShouldBeLessThan(BatchReader.MaxBytes + 21_000);
    }

    [Fact]
    public async Task A_segment_goes_only_when_all_its_events_are_confirmed()
    {
        rig.Open(rig.Options(segment: 16 << 10));
        await FillAsync("s1", 100, text: new string('x', 1000));
        var files = rig.Files().Length;
        files.ShouldBeGreaterThan(3);
        await ShipAsync(confirm: false);

        var first = await sent.Reader.ReadAsync(Limit());
        rig.Files().Length.ShouldBe(files);
        Confirm(first);
        await Eventually.TrueAsync(() =>
        {
            while (sent.Reader.TryRead(out var next)) Confirm(next);
            return rig.Files().Length == 1;
        }, what: "one segment is left");
    }

    [Fact]
    public async Task A_confirmation_for_another_batch_deletes_nothing()
    {
        rig.Open(rig.Options(segment: 16 << 10));
        await FillAsync("s1", 30, text: new string('x', 1000));
        var files = rig.Files().Length;
        await ShipAsync(confirm: false);
        await sent.Reader.ReadAsync(Limit());
        confirmations.Add(Guid.NewGuid());
        await FillAsync("s2", 1);
        while (EventBatch.Read((await sent.Reader.ReadAsync(Limit())).Events).All(e => e.SessionId != "s2"))
            rig.Files().Length.ShouldBeGreaterThanOrEqualTo(files);
    }

    [Fact]
    public async Task What_was_not_confirmed_is_sent_again_under_the_same_id()
    {
        var options = new JournalOptions { Directory = rig.Directory, Linger = TimeSpan.Zero, ConfirmTimeout = TimeSpan.FromMilliseconds(50) };
        rig.Open(options);
        await FillAsync("s1", 3);
        await ShipAsync(confirm: false, options);

        var first = await sent.Reader.ReadAsync(Limit());
        var again = await sent.Reader.ReadAsync(Limit());
        again.BatchId.ShouldBe(first.BatchId);
        again.Events.ShouldBe(first.Events);
    }

    [Fact]
    public async Task A_restart_sends_the_rest_under_the_same_ids()
    {
        rig.Open();
        await FillAsync("s1", 3);
        await ShipAsync(confirm: false);
        var first = await sent.Reader.ReadAsync(Limit());
        await StopAsync();
        rig.Close();

        rig.Open();
        await ShipAsync(confirm: false);
        var again = await sent.Reader.ReadAsync(Limit());
        again.BatchId.ShouldBe(first.BatchId);
        again.Events.ShouldBe(first.Events);
        var crash = await sent.Reader.ReadAsync(Limit());
        EventBatch.Read(crash.Events).Single().Kind.ShouldBe(EventKinds.SessionEnded);
    }

    [Fact]
    public async Task While_the_broker_is_down_the_journal_grows_and_then_catches_up()
    {
        rig.Open();
        brokerDown = true;
        await ShipAsync(confirm: true);
        await FillAsync("s1", 50);
        rig.Journal.BacklogBytes.ShouldBeGreaterThan(0);
        sent.Reader.TryRead(out _).ShouldBeFalse();
        brokerDown = false;

        (await TakeAsync(51)).Select(e => e.Sequence).ShouldBe(Enumerable.Range(0, 51).Select(i => (long)i));
        await Eventually.TrueAsync(() => rig.Journal.BacklogBytes == 0);
    }

    [Fact]
    public async Task Statements_wait_when_they_bring_more_than_audit_takes_and_no_longer_when_it_has_caught_up()
    {
        var options = new JournalOptions { Directory = rig.Directory, Linger = TimeSpan.Zero, MaxLagBytes = 16 << 10 };
        rig.Open(options);
        var session = rig.Session("s1");
        await session.AppendAsync(EventKinds.SessionStarted, "{}", Durability.Written);
        await ShipAsync(confirm: false, options);

        await Eventually.TrueAsync(async () =>
        {
            Confirm(await sent.Reader.ReadAsync(Limit()));
            await session.AppendAsync(EventKinds.OperationDecided, $$"""{"text":"{{new string('x', 100_000)}}"}""", Durability.Written);
            await session.AppendAsync(EventKinds.OperationDecided, $$"""{"text":"{{new string('x', 100_000)}}"}""", Durability.Written);
            return rig.Journal.Wait > TimeSpan.Zero;
        }, what: "statements wait");
        rig.Journal.BacklogBytes.ShouldBeGreaterThan(options.MaxLagBytes);

        await Eventually.TrueAsync(() =>
        {
            while (sent.Reader.TryRead(out var batch)) Confirm(batch);
            return rig.Journal.Wait == TimeSpan.Zero;
        }, what: "nobody waits");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        rig.Dispose();
    }

    private static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    private async Task FillAsync(string id, int operations, string text = "select 1")
    {
        var session = rig.Session(id);
        await session.AppendAsync(EventKinds.SessionStarted, "{}", Durability.Written);
        for (var i = 1; i <= operations; i++)
            await session.AppendAsync(EventKinds.OperationDecided, $$"""{"operation":{{i}},"text":"{{text}}"}""", i == operations ? Durability.Synced : Durability.Written);
    }

    private async Task ShipAsync(bool confirm, JournalOptions? options = null)
    {
        shipper = new JournalShipper(
            rig.Journal, confirmations, new JournalIdentity("i1"), PublishAsync, options ?? rig.Options(), TimeProvider.System, NullLogger<JournalShipper>.Instance);
        await shipper.StartAsync(CancellationToken.None);

        Task PublishAsync(RecordEvents batch, TimeSpan timeToLive, CancellationToken cancel)
        {
            if (brokerDown)
                throw new InvalidOperationException("no broker");
            sent.Writer.TryWrite(batch);
            if (confirm)
                Confirm(batch);
            return Task.CompletedTask;
        }
    }

    private void Confirm(RecordEvents batch) => confirmations.Add(batch.BatchId);

    private async Task StopAsync()
    {
        if (shipper is not null)
            await shipper.StopAsync(Limit());
        shipper?.Dispose();
        shipper = null;
    }

    /// <summary>Events as they are first sent; a batch sent again adds nothing.</summary>
    private async Task<List<JournalEvent>> TakeAsync(int count)
    {
        var (events, seen) = (new List<JournalEvent>(), new HashSet<Guid>());
        while (events.Count < count)
        {
            var batch = await sent.Reader.ReadAsync(Limit());
            var read = EventBatch.Read(batch.Events).ConvertAll(e => e.ToEvent());
            read.Count.ShouldBeLessThanOrEqualTo(BatchReader.MaxEvents);
            if (seen.Add(batch.BatchId))
                events.AddRange(read);
        }

        return events;
    }
}
