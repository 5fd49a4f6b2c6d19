using System.Net.ServerSentEvents;
using System.Text.Json;
using Hoop.Approval.Tests.Grants;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Requests;

/// <summary><c>GET /api/requests/stream</c></summary>
public sealed class StreamTests(SagaRig rig)
{
    [Fact]
    public async Task It_tells_what_waits_and_each_change_to_those_who_may_see_it()
    {
        var waiting = await rig.OpenAsync(Request(rig.World.Of(Agent)));
        await using var bea = await FollowAsync(Bea);
        await using var ana = await FollowAsync(Ana);
        await bea.SeenAsync(waiting, "pending");

        var later = await rig.OpenAsync(Request(rig.World.Of(Agent)));
        await bea.SeenAsync(later, "pending");
        await rig.Ingress.VoteAsync(Deny(waiting, Bea, "no"));
        await bea.SeenAsync(waiting, "denied");
        var own = await rig.OpenAsync(Request(rig.World.Of(Ana)));
        await ana.SeenAsync(own, "pending");
        ana.Told.ShouldNotContain(one => one.Id == waiting.RequestId || one.Id == later.RequestId);
    }

    [Fact]
    public async Task Taken_up_again_it_tells_what_happened_meanwhile()
    {
        var request = await rig.OpenAsync(Request(rig.World.Of(Agent)));
        string? last;
        await using (var bea = await FollowAsync(Bea))
        {
            await bea.SeenAsync(request, "pending");
            last = bea.LastId;
        }
        await rig.Ingress.VoteAsync(Approve(request, Bea));

        await using var again = await FollowAsync(Bea, last);
        await again.SeenAsync(request, "approved");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("99999999999999999999")]
    [InlineData("-5")]
    public async Task A_place_that_is_none_begins_anew(string place)
    {
        var request = await rig.OpenAsync(Request(rig.World.Of(Agent)));
        await using var bea = await FollowAsync(Bea, place);
        await bea.SeenAsync(request, "pending");
    }

    private async Task<Follower> FollowAsync(Principal who, string? after = null)
    {
        var client = rig.Client(who);
        if (after is not null) client.DefaultRequestHeaders.TryAddWithoutValidation("Last-Event-ID", after);
        return new Follower(client, await client.GetStreamAsync("/api/requests/stream"));
    }

    private sealed class Follower(HttpClient client, Stream stream) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<SseItem<string>> _items = SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator();

        public List<(Guid Id, string State)> Told { get; } = [];

        public string? LastId { get; private set; }

        public async Task SeenAsync(ApprovalRequested request, string state)
        {
            while (!Told.Contains((request.RequestId, state)))
            {
                (await _items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue("the stream ended");
                if (_items.Current.EventType != "request") continue;
                var told = JsonDocument.Parse(_items.Current.Data).RootElement;
                Told.Add((told.GetProperty("id").GetGuid(), told.Text("state")));
                LastId = _items.Current.EventId;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await stream.DisposeAsync();
            client.Dispose();
        }
    }
}
