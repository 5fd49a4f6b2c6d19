using Hoop.Ingress.Catalog;
using Hoop.Ingress.Sql.Catalog;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Catalog;

public sealed class TargetCatalogsTests
{
    private readonly SteppedTime _time = new();
    private readonly TargetCatalogs _catalogs;
    private Func<Task<LoadedCatalog>> _answer = () => Task.FromResult(Catalog("a"));
    private int _loads;
    private LoadedCatalog? _known;

    public TargetCatalogsTests() => _catalogs = new(_time, NullLogger<TargetCatalogs>.Instance);

    [Fact]
    public async Task A_fresh_catalog_is_loaded_once_for_everybody()
    {
        var first = await GetAsync();
        (await GetAsync()).ShouldBeSameAs(first);
        _loads.ShouldBe(1);
    }

    [Fact]
    public async Task Targets_have_versions_of_their_own()
    {
        var first = await GetAsync();
        var other = await _catalogs.GetAsync("other", (_, _) => Task.FromResult(Catalog("a")), CancellationToken.None);
        other.Version.ShouldNotBe(first.Version);
    }

    [Fact]
    public async Task After_ddl_the_next_statement_waits_for_a_new_catalog()
    {
        var before = await GetAsync();
        _catalogs.Invalidate("shop");
        var pending = new TaskCompletionSource<LoadedCatalog>();
        _answer = () => pending.Task;
        var next = GetAsync();
        next.IsCompleted.ShouldBeFalse();
        pending.SetResult(Catalog("b"));
        (await next).Version.ShouldBeGreaterThan(before.Version);
    }

    [Fact]
    public async Task A_load_that_began_before_the_ddl_is_not_enough()
    {
        await GetAsync();
        _catalogs.Invalidate("shop");
        var early = new TaskCompletionSource<LoadedCatalog>();
        var first = _catalogs.GetAsync("shop", (_, _) => early.Task, CancellationToken.None).AsTask();
        _catalogs.Invalidate("shop");
        var second = _catalogs.GetAsync("shop", (_, _) => Task.FromResult(Catalog("late")), CancellationToken.None).AsTask();
        early.SetResult(Catalog("early"));
        (await second).Relations.Keys.ShouldBe(["public.late"]);
        await first;
    }

    [Fact]
    public async Task After_ddl_a_failed_load_refuses_the_statement()
    {
        await GetAsync();
        _catalogs.Invalidate("shop");
        _answer = () => throw new IOException("no route");
        var refused = await Should.ThrowAsync<CatalogUnavailableException>(async () => await GetAsync());
        refused.Message.ShouldContain("\"shop\"");
        refused.Message.ShouldContain("no route");
        _answer = () => Task.FromResult(Catalog("b"));
        (await GetAsync()).Relations.Keys.ShouldBe(["public.b"]);
    }

    [Fact]
    public async Task An_older_catalog_serves_while_a_new_one_is_loaded()
    {
        var old = await GetAsync();
        _time.Advance(TargetCatalogs.FreshFor);
        var pending = new TaskCompletionSource<LoadedCatalog>();
        _answer = () => pending.Task;
        (await GetAsync()).ShouldBeSameAs(old);
        (await GetAsync()).ShouldBeSameAs(old);
        pending.SetResult(Catalog("b"));
        _time.Advance(TargetCatalogs.UsableFor);
        (await GetAsync()).Relations.Keys.ShouldBe(["public.b"]);
    }

    [Fact]
    public async Task After_a_pause_the_first_waits_for_a_new_catalog_and_has_the_old_one_if_there_is_none()
    {
        var old = await GetAsync();
        _time.Advance(2 * TargetCatalogs.FreshFor);
        _answer = () => Task.FromResult(Catalog("b"));
        (await GetAsync()).Relations.Keys.ShouldBe(["public.b"]);
        _time.Advance(2 * TargetCatalogs.FreshFor);
        _answer = () => throw new IOException("no route");
        (await GetAsync()).Relations.Keys.ShouldBe(["public.b"]);
        old.Relations.Keys.ShouldBe(["public.a"]);
    }

    [Fact]
    public async Task A_catalog_that_cannot_be_renewed_serves_for_five_minutes_and_no_longer()
    {
        var old = await GetAsync();
        _answer = () => Task.FromException<LoadedCatalog>(new IOException("down"));
        _time.Advance(TargetCatalogs.UsableFor - TimeSpan.FromSeconds(1));
        (await GetAsync()).ShouldBeSameAs(old);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Should.ThrowAsync<CatalogUnavailableException>(async () => await GetAsync());
    }

    [Fact]
    public async Task An_unchanged_catalog_stays_the_same_object()
    {
        var old = await GetAsync();
        _known.ShouldBeNull();
        _catalogs.Invalidate("shop");
        (await GetAsync()).ShouldBeSameAs(old);
        _loads.ShouldBe(2);
        _known!.Snapshot.ShouldBeSameAs(old);
    }

    [Fact]
    public async Task A_target_that_is_slow_to_read_is_asked_more_seldom()
    {
        _answer = () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(Catalog("a"));
        };
        await GetAsync();
        _time.Advance(TimeSpan.FromSeconds(TargetCatalogs.Rest - 1));
        await GetAsync();
        _loads.ShouldBe(1);
        _time.Advance(TargetCatalogs.MostFreshFor);
        await GetAsync();
        _loads.ShouldBe(2);
    }

    [Fact]
    public async Task One_who_stops_waiting_does_not_stop_the_load_for_the_others()
    {
        var pending = new TaskCompletionSource<LoadedCatalog>();
        _answer = () => pending.Task;
        using var cancel = new CancellationTokenSource();
        var impatient = _catalogs.GetAsync("shop", LoadAsync, cancel.Token).AsTask();
        var patient = GetAsync();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(impatient);
        pending.SetResult(Catalog("a"));
        (await patient).Relations.Keys.ShouldBe(["public.a"]);
    }

    [Fact]
    public async Task Names_that_it_lacks_are_looked_for_at_once()
    {
        var old = await GetAsync();
        _answer = () => Task.FromResult(Catalog("b"));
        (await LookAsync(old)).ShouldBeTrue();
        (await GetAsync()).Relations.Keys.ShouldBe(["public.b"]);
        (await LookAsync(old)).ShouldBeTrue();
        _loads.ShouldBe(2);
    }

    [Fact]
    public async Task Names_that_are_nowhere_are_looked_for_a_few_times_and_then_seldom()
    {
        var old = await GetAsync();
        for (var i = 0; i < 1000; i++) (await LookAsync(old)).ShouldBeFalse();
        _loads.ShouldBe(1 + LookBudget.Burst);
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(LookBudget.Interval / 10);
            await LookAsync(old);
        }

        _loads.ShouldBeInRange(1 + LookBudget.Burst + 9, 1 + LookBudget.Burst + 10);
    }

    /// <summary>However many make names up, for however long and however quickly.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 10)]
    public async Task Nobody_uses_up_what_others_may_look_for(int busy, int tries)
    {
        var old = await GetAsync();
        for (var i = 0; i < 100; i++) await BusyAsync();
        _loads.ShouldBeLessThanOrEqualTo(1 + LookBudget.BurstOfAll + 10);
        var found = 0;
        for (var i = 0; i < tries; i++)
        {
            await BusyAsync();
            var before = _loads;
            await LookAsync(old, "bea");
            found += _loads - before;
        }

        found.ShouldBeGreaterThan(0);

        async Task BusyAsync()
        {
            _time.Advance(LookBudget.Interval / 10);
            for (var principal = 0; principal < busy; principal++) await LookAsync(old, $"busy {principal}");
        }
    }

    [Fact]
    public async Task The_longer_a_load_takes_the_more_seldom_names_are_looked_for()
    {
        var old = await GetAsync();
        _answer = () =>
        {
            _time.Advance(TimeSpan.FromSeconds(4));
            return Task.FromResult(Catalog("a"));
        };
        for (var i = 0; i < 1000; i++) await LookAsync(old);
        var loads = _loads;
        loads.ShouldBeLessThan(2 * LookBudget.Burst);
        _time.Advance(TimeSpan.FromSeconds(20));
        (await LookAsync(old)).ShouldBeFalse();
        _loads.ShouldBe(loads);
    }

    [Fact]
    public async Task All_who_look_wait_for_one_load_and_nobody_else_does()
    {
        var old = await GetAsync();
        var pending = new TaskCompletionSource<LoadedCatalog>();
        _answer = () => pending.Task;
        Task<bool>[] looks = [.. Enumerable.Range(0, 20).Select(_ => LookAsync(old).AsTask())];
        (await GetAsync()).ShouldBeSameAs(old);
        pending.SetResult(Catalog("b"));
        (await Task.WhenAll(looks)).ShouldAllBe(found => found);
        _loads.ShouldBe(2);
    }

    [Fact]
    public async Task A_load_that_began_before_the_names_were_asked_for_is_not_enough()
    {
        var old = await GetAsync();
        var early = new TaskCompletionSource<LoadedCatalog>();
        var first = _catalogs.LookAgainAsync("shop", "ann", old, (_, _) => early.Task, CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _answer = () => Task.FromResult(Catalog("b"));
        var second = LookAsync(old).AsTask();
        early.SetResult(Catalog("a"));
        (await first).ShouldBeFalse();
        (await second).ShouldBeTrue();
    }

    [Fact]
    public async Task A_look_that_fails_leaves_the_catalog_as_it_was()
    {
        var old = await GetAsync();
        _answer = () => Task.FromException<LoadedCatalog>(new IOException("down"));
        (await LookAsync(old)).ShouldBeFalse();
        (await GetAsync()).ShouldBeSameAs(old);
    }

    private ValueTask<bool> LookAsync(CatalogSnapshot known, string principal = "ann") => _catalogs.LookAgainAsync("shop", principal, known, LoadAsync, CancellationToken.None);

    private ValueTask<CatalogSnapshot> GetAsync() => _catalogs.GetAsync("shop", LoadAsync, CancellationToken.None);

    private Task<LoadedCatalog> LoadAsync(LoadedCatalog? known, CancellationToken cancel)
    {
        Interlocked.Increment(ref _loads);
        _known = known;
        return _answer();
    }

    private static LoadedCatalog Catalog(string table) => new(
        new() { Relations = new Dictionary<string, CatalogRelation> { ["public." + table] = new(1, "public", table, 'r', [], null, [], false, false) } }, table);

    private sealed class SteppedTime : TimeProvider
    {
        private long _ticks = TimeSpan.TicksPerDay;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
    }
}
