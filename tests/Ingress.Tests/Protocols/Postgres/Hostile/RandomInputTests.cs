using Hoop.Contracts.Documents;
using Hoop.Ingress.Tests.Protocols.Masking;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Hostile;

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "measured alone";
}

/// <summary>
/// Random input on both sides: a session ends or goes on, its client hears whole messages, the process stays and stays small, and a session beside it never
/// notices. Long mode: a million messages a side.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class RandomInputTests
{
    [Theory]
    [InlineData(RealGateRig.Governed)]
    [InlineData(RealGateRig.Everything)]
    public async Task A_hostile_client_harms_its_own_session_only(string rules)
    {
        await using var rig = await RealGateRig.StartAsync(rules);
        await using var unobserved = new Unobserved();
        var crowd = new Crowd("client");
        await using (await Bystander.StartAsync(rig.Gateway))
            await crowd.RunAsync(seed => ClientAsync(rig.Gateway, crowd, seed), rig.Gate.Journal.Forget);
        await Eventually.TrueAsync(() => rig.Gateway.Sessions.Count == 0);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_hostile_target_harms_its_own_session_only(bool masked, bool replicating)
    {
        await using var server = new HostileTarget { Spoil = SpoilAnswer };
        await using var rig = await GatewayRig.StartAsync(
            new TargetDocument { Protocol = "postgres", Address = $"127.0.0.1:{server.Port}", Database = "shop_db", Credential = new("app", null), Tls = "disable" },
            null, null, null, PlainSql.Analyze);
        if (masked) rig.Gate.Masks = TestMasks.WithColumns;
        rig.Gate.LetsEverythingPass = replicating;
        await using var unobserved = new Unobserved();
        var crowd = new Crowd(masked ? "target, masked" : replicating ? "target, replicating" : "target");
        await using (await Bystander.StartAsync(rig))
        {
            await crowd.RunAsync(seed => VictimAsync(rig, server, crowd, seed, replicating), rig.Gate.Forget);
        }
        await Eventually.TrueAsync(() => rig.Sessions.Count == 0);
        await Eventually.TrueAsync(() => server.Open == 0);
    }

    private static async Task<int> ClientAsync(GatewayRig rig, Crowd crowd, int seed)
    {
        var noise = new Noise(seed);
        var said = ClientTalk.Conversation(noise, noise.Random.Next(20, 160));
        noise.Spoil(said, said.Count * 3 / 4, noise.Random.Next(4));
        if (noise.Random.Next(8) == 0) said.Insert(noise.Random.Next(said.Count), Noise.Frame('X'));
        using var client = await RawClient.ConnectAsync(rig.Endpoint);
        await client.LogInAsync();
        var reading = client.ReadToEndAsync();
        var bytes = said.SelectMany(message => message).ToArray();
        for (var sent = 0; sent < bytes.Length;)
        {
            var length = Math.Min(noise.Any([1, 7, 100, 4096, 65_536, 1 << 20]), bytes.Length - sent);
            if (!await client.SendAsync(bytes.AsMemory(sent, length))) break;
            sent += length;
        }

        client.HalfClose();
        await reading;
        client.LastError?.Message.ShouldNotContain("internal error");
        crowd.Ended(client.LastError is { Severity: "FATAL" } fatal ? fatal.ToString() : "no fatal error");
        return said.Count;
    }

    private static void SpoilAnswer(Noise noise, List<byte[]> answer)
    {
        if (noise.Random.Next(40) == 0) answer.Insert(noise.Random.Next(answer.Count + 1), TargetTalk.Unasked(noise));
        if (noise.Random.Next(40) == 0) noise.Spoil(answer, 0, 1);
        if (noise.Random.Next(60) == 0) answer.AddRange(Enumerable.Range(0, 200).Select(_ => TargetTalk.Harmless(noise)));
    }

    private static async Task<int> VictimAsync(GatewayRig rig, HostileTarget server, Crowd crowd, int seed, bool replicating)
    {
        var noise = new Noise(seed);
        using var client = await RawClient.ConnectAsync(rig.Endpoint);
        await client.LogInAsync($"{seed}", replicating);
        var reading = client.ReadToEndAsync();
        for (var i = 0; i < 20; i++)
            if (!await client.SendAsync(noise.Random.Next(2) == 0 ? ClientTalk.Query("select 1") : ClientTalk.Extended("select 1"))) break;

        client.HalfClose();
        await reading;
        client.LastError?.Message.ShouldNotContain("internal error");
        crowd.Ended(client.LastError is { Severity: "FATAL" } fatal ? fatal.ToString() : "no fatal error");
        return server.Said($"{seed}");
    }
}
