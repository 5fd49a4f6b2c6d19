using Hoop.Contracts.Audit;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Tests.Recordings;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

public sealed class KillTests
{
    private static readonly SessionKill Kill = new("bea", "https://id|bea", "wrong database");

    [Theory]
    [InlineData(null)]
    [InlineData("select pg_sleep(30)")]
    [InlineData("update orders set total = 0 where id = 1")]
    public async Task A_killed_client_is_told_by_whom_and_why_whatever_it_was_doing(string? sql)
    {
        await using var rig = await RealGateRig.StartAsync(RealGateRig.Governed + "\n  - { name: never, targets: [shop], columns: [public.never.seen], with: redact }");
        rig.Activate(RealGateRig.Governed.Replace("  - { name: read,", "  - { name: sleep, roles: [agent], targets: [shop], allow: { verbs: [execute], objects: [\"*\"], effects: [\"*\"] } }\n  - { name: read,", StringComparison.Ordinal), 2);
        await using var client = await rig.Gateway.ConnectAsync();
        if (sql is not null)
        {
            await client.QueryAsync(sql);
            await Eventually.TrueAsync(() => rig.Gate.Journal.Kinds.Contains(EventKinds.OperationDecided));
        }

        (await Session(rig).KillAsync(Kill, CancellationToken.None)).ShouldBeTrue();

        var told = await client.ReadAsync();
        while (told is { Type: not 'E' }) told = await client.ReadAsync();
        told!.Diagnostic.ToString().ShouldBe("FATAL 57P01: the session was ended by bea: wrong database");
        await Eventually.TrueAsync(() => rig.Gate.Journal.Kinds.Contains(EventKinds.SessionEnded));
        rig.Gate.Journal.Of(EventKinds.SessionKilled).ShouldHaveSingleItem().GetProperty("reason").GetString().ShouldBe("wrong database");
        rig.Gate.Journal.Of(EventKinds.SessionEnded).ShouldHaveSingleItem().GetProperty("cause").GetString().ShouldBe("killed by bea: wrong database");
        await using var server = new NpgsqlConnection((await PostgresServer.SharedAsync()).ConnectionString());
        await server.OpenAsync();
        await using var active = new NpgsqlCommand("select count(*) from pg_stat_activity where query = 'select pg_sleep(30)' and state = 'active'", server);
        await Eventually.TrueAsync(async () => await active.ExecuteScalarAsync() is 0L);
    }

    [Fact]
    public async Task A_session_is_killed_once_and_a_full_journal_does_not_save_it()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        var session = Session(rig);
        rig.Gate.Journal.Full = true;

        (await session.KillAsync(Kill, CancellationToken.None)).ShouldBeTrue();
        (await session.KillAsync(Kill, CancellationToken.None)).ShouldBeFalse();
        await Eventually.TrueAsync(() => rig.Gate.Gate.Find(session.Id) is null);
        rig.Gate.Journal.Of(EventKinds.SessionKilled).Count.ShouldBe(1);
    }

    private static GateSession Session(RealGateRig rig) => rig.Gate.Gate.Find(rig.Gate.Journal.Events[0].SessionId)!;
}
