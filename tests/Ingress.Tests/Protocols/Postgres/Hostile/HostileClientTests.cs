using System.Buffers.Binary;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Hostile;

/// <summary>Clients that want to be expensive rather than understood.</summary>
[Collection(AloneCollection.Name)]
public sealed class HostileClientTests
{
    private const long MostGrowth = 96L << 20;

    public static TheoryData<string, byte[], string?> FirstBytes => new()
    {
        { "length 0", [0, 0, 0, 0, 0, 3, 0, 0], "08P01" },
        { "length 3", [0, 0, 0, 3, 0, 3, 0, 0], "08P01" },
        { "length 10,001 and more", [0, 0, 0x7F, 0xFF, 0, 3, 0, 0], "08P01" },
        { "negative length", [0xFF, 0xFF, 0xFF, 0xFF, 0, 3, 0, 0], "08P01" },
        { "a request of another protocol", "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), "08P01" },
        { "no zero at the end", Packet(0x30000, "user\0agent"), "08P01" },
        { "a name without a value", Packet(0x30000, "user\0"), "08P01" },
        { "a name twice", Packet(0x30000, "user\0a\0user\0b\0\0"), "08P01" },
        { "no user", Packet(0x30000, "database\0shop\0\0"), "28000" },
        { "bytes after its end", Packet(0x30000, "user\0a\0\0x"), "08P01" },
        { "protocol 2.0", Packet(0x20000, "user\0a\0\0"), "0A000" },
        { "protocol 4.7", Packet(0x40007, "user\0a\0\0"), "0A000" },
        { "plaintext after SSLRequest", [.. Packet(80877103, ""), .. Packet(0x30000, "user\0a\0\0")], "08P01" },
        { "plaintext after GSSENCRequest", [.. Packet(80877104, ""), .. Packet(0x30000, "user\0a\0\0")], "08P01" },
        { "SSLRequest with something in it", Packet(80877103, "x"), "08P01" },
        { "a Query instead of the password", [.. Packet(0x30000, "user\0a\0database\0shop\0\0"), .. ClientTalk.Query("select 1")], "08P01" },
        { "a StartupMessage instead of the password", [.. Packet(0x30000, "user\0a\0database\0shop\0\0"), .. Packet(0x30000, "user\0b\0\0")], "08P01" },
        { "a password that is too long", [.. Packet(0x30000, "user\0a\0database\0shop\0\0"), .. Noise.Frame('p', new byte[20_000])], "28P01" },
        { "a password with more behind its zero", [.. Packet(0x30000, "user\0a\0database\0shop\0\0"), .. Noise.Frame('p', "a\0b\0"u8)], "08P01" },
        { "a CancelRequest for nobody", Packet(80877102, "\0\0\0\u0001abcd"), null },
        { "a CancelRequest cut short", Packet(80877102, "\0"), "08P01" },
        { "half a packet", [0, 0, 0, 20, 0, 3], "08P01" },
        { "nothing", [], null },
    };

    [Theory]
    [MemberData(nameof(FirstBytes))]
    public async Task A_start_that_is_wrong_is_told_so_and_ends(string what, byte[] bytes, string? state)
    {
        await using var rig = await GatewayRig.StartAsync();
        using var client = await RawClient.ConnectAsync(rig.Endpoint);
        await client.SendAsync(bytes);
        // Whoever leaves within its log-in is told nothing.
        if (state is null || what.StartsWith("half")) client.HalfClose();
        await client.ReadToEndAsync();
        client.LastError?.SqlState.ShouldBe(state, what);
        if (state is not null) client.LastError.ShouldNotBeNull(what);
    }

    [Fact]
    public async Task Whoever_never_finishes_its_start_is_gone_after_the_handshakes_deadline()
    {
        var clock = new ManualClock();
        await using var rig = await GatewayRig.StartAsync(clock: clock);
        var slow = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => RawClient.ConnectAsync(rig.Endpoint)));
        using var dripping = await RawClient.ConnectAsync(rig.Endpoint);
        var drip = DripAsync(dripping);

        // Between them, somebody else gets in at once and is served.
        await using var client = await rig.ConnectAsync();
        await rig.Server.CloseAsync();

        var ends = Task.WhenAll(slow.Select(one => one.ReadToEndAsync()));
        ends.IsCompleted.ShouldBeFalse();
        await clock.AdvanceUntilAsync(Task.WhenAll(ends, drip));
        foreach (var one in slow) one.Dispose();
        (await drip).ShouldBeFalse("the gateway took a start-up packet for longer than its deadline");
    }

    [Fact]
    public async Task A_client_that_does_not_read_a_gigabyte_costs_no_more_than_its_buffers()
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Everything);
        using var client = await RawClient.ConnectAsync(rig.Gateway.Endpoint);
        await client.LogInAsync();
        await using (var bystander = await Bystander.StartAsync(rig.Gateway))
        {
            var before = Environment.WorkingSet;
            await client.SendAsync(ClientTalk.Query("select repeat('x', 1000) from generate_series(1, 1000000)"));
            await ServedAsync(bystander, 100);
            (Environment.WorkingSet - before).ShouldBeLessThan(MostGrowth);
        }
        client.Dispose();
        await Eventually.TrueAsync(() => rig.Gateway.Sessions.Count == 0);
    }

    [Theory]
    [InlineData("refused statements")]
    [InlineData("syncs behind a long statement")]
    [InlineData("statements of the extended protocol")]
    public async Task A_client_that_asks_without_end_and_never_reads_is_left_waiting(string what)
    {
        await using var rig = await RealGateRig.StartAsync();
        using var client = await RawClient.ConnectAsync(rig.Gateway.Endpoint);
        await client.LogInAsync();
        var flood = what[0] switch
        {
            'r' => ClientTalk.Query("drop table orders"),
            's' when what[1] == 'y' => Noise.Frame('S'),
            _ => ClientTalk.Extended("select 1"),
        };
        var many = Enumerable.Repeat(flood, 10_000).SelectMany(bytes => bytes).ToArray();
        await using (var bystander = await Bystander.StartAsync(rig.Gateway))
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            if (flood[0] == 'S') await client.SendAsync(ClientTalk.Query("select pg_sleep(5)"));
            var flooding = FloodAsync(client, many);
            await ServedAsync(bystander, 200);
            (GC.GetTotalMemory(forceFullCollection: true) - rig.Gate.Journal.Events.Count * 4096L - before).ShouldBeLessThan(MostGrowth);
            client.Dispose();
            await flooding;
        }
        await Eventually.TrueAsync(() => rig.Gateway.Sessions.Count == 0);
    }

    private static async Task FloodAsync(RawClient client, byte[] bytes)
    {
        try
        {
            for (var i = 0; i < 200 && await client.SendAsync(bytes); i++) { }
        }
        catch (Exception e) when (e is ObjectDisposedException or TimeoutException)
        {
            // Taken no more.
        }
    }

    private static async Task ServedAsync(Bystander bystander, int more)
    {
        var goal = bystander.Answers + more;
        await Eventually.TrueAsync(() => bystander.Answers >= goal, seconds: 60);
    }

    /// <returns>True: all of it was taken.</returns>
    private static async Task<bool> DripAsync(RawClient client)
    {
        var packet = Packet(0x30000, "user\0agent\0options\0" + new string(' ', 2000) + "\0\0");
        foreach (var value in packet)
        {
            if (!await client.SendAsync(new[] { value })) return false;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        return true;
    }

    private static byte[] Packet(int code, string rest) => Noise.Written(output =>
    {
        var bytes = System.Text.Encoding.Latin1.GetBytes(rest);
        var head = output.GetSpan(8);
        BinaryPrimitives.WriteInt32BigEndian(head, 8 + bytes.Length);
        BinaryPrimitives.WriteInt32BigEndian(head[4..], code);
        output.Advance(8);
        foreach (var value in bytes) output.WriteByte(value);
    });
}
