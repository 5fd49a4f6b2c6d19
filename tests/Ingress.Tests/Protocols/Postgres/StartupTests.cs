using System.Text;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing;
using Hoop.Testing.Wire;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

public class StartupTests
{
    [Fact]
    public async Task The_targets_credential_and_database_replace_the_clients_and_its_options_go_on()
    {
        await using var rig = await GatewayRig.StartAsync();
        await using var client = await rig.ConnectAsync(("application_name", "psql"), ("DateStyle", "ISO"));
        rig.Server.Startup["user"].ShouldBe("app");
        rig.Server.Startup["database"].ShouldBe("shop_db");
        rig.Server.Startup["DateStyle"].ShouldBe("ISO");
        rig.Gate.Client!.Driver.ShouldBe("psql");
    }

    [Fact]
    public async Task The_servers_process_id_is_handed_on_but_never_its_secret()
    {
        await using var rig = await GatewayRig.StartAsync();
        await using var client = await rig.DialAsync();
        await GatewayRig.LogInAsync(client);
        while (await client.ReadAsync() is { Type: not 'Z' } message)
        {
            if (message.Type != 'K') continue;
            var key = BackendKeyData.Read(message.Body);
            key.ProcessId.ShouldBe(FakePostgresServer.ProcessId);
            key.Secret.ShouldNotBe(FakePostgresServer.Secret);
        }
    }

    [Fact]
    public async Task A_cancel_is_passed_on_with_the_servers_own_secret()
    {
        await using var rig = await GatewayRig.StartAsync();
        await using var client = await rig.DialAsync();
        await GatewayRig.LogInAsync(client);
        BackendKeyData? key = null;
        while (await client.ReadAsync() is { Type: not 'Z' } message)
            if (message.Type == 'K') key = BackendKeyData.Read(message.Body);
        await using var other = await rig.DialAsync();
        await other.SendAsync(output => StartupPacket.WriteCancel(output, key!.ProcessId, key.Secret));
        (await rig.Server.Cancelled.WaitAsync(TimeSpan.FromSeconds(30))).CancelSecret.ShouldBe(FakePostgresServer.Secret);
    }

    [Fact]
    public async Task A_newer_minor_version_is_negotiated_down()
    {
        await using var rig = await GatewayRig.StartAsync();
        await using var client = await rig.DialAsync();
        await client.SendAsync(output => StartupPacket.Write(output, (3 << 16) | 2, [new("user", "a"), new("database", "shop"), new("_pq_.unknown", "1")]));
        var first = (await client.ReadAsync())!;
        first.Type.ShouldBe('v');
        var (version, options) = NegotiateProtocolVersion.Read(first.Body);
        version.ShouldBe(3 << 16);
        options.ShouldBe(["_pq_.unknown"]);
        (await client.ReadAsync())!.Type.ShouldBe('R');
    }

    [Theory]
    [InlineData("client_encoding", "SJIS")]
    [InlineData("standard_conforming_strings", "off")]
    public async Task Text_settings_that_would_change_how_statements_read_are_refused_at_log_in(string name, string value)
    {
        await using var rig = await GatewayRig.StartRealAsync();
        await using var client = await rig.DialAsync();
        await GatewayRig.LogInAsync(client, (name, value));
        (await client.ReadUntilAsync('E')).ShouldBe(["E:22023"]);
        (await rig.Gate.Ended.Task).ShouldBe("unsafe text settings");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("\0\0\0\u0004")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    public async Task Garbage_gets_one_clear_error_and_is_closed(string garbage)
    {
        await using var rig = await GatewayRig.StartAsync();
        await using var client = await rig.DialAsync();
        await client.SendAsync(output => Encoding.Latin1.GetBytes(garbage, output));
        (await client.ReadUntilAsync('E')).ShouldBe(["E:08P01"]);
        (await client.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Plaintext_behind_the_request_for_tls_is_refused()
    {
        await using var rig = await GatewayRig.StartAsync();
        await using var client = await rig.DialAsync();
        await client.SendAsync(output =>
        {
            StartupPacket.WriteSslRequest(output);
            StartupPacket.Write(output, 3 << 16, [new("user", "smuggled")]);
        });
        (await client.ReadUntilAsync('E')).ShouldBe(["E:08P01"]);
    }

    [Fact]
    public async Task A_wrong_token_and_an_unknown_target_are_told_apart()
    {
        await using var rig = await GatewayRig.StartRealAsync();
        var wrong = await Should.ThrowAsync<PostgresException>(() => OpenAsync(rig.ConnectionString.Replace("good-token", "bad-token")));
        wrong.SqlState.ShouldBe("28P01");
        var unknown = await Should.ThrowAsync<PostgresException>(() => OpenAsync(rig.ConnectionString.Replace("Database=shop", "Database=nowhere")));
        unknown.SqlState.ShouldBe("3D000");

        static async Task OpenAsync(string connectionString)
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
        }
    }

    [Fact]
    public async Task A_target_that_is_down_is_one_clear_line()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.Server.DisposeAsync();
        await using var client = await rig.DialAsync();
        await GatewayRig.LogInAsync(client);
        var error = (await client.ReadAsync())!.Diagnostic;
        (error.Severity, error.SqlState).ShouldBe(("FATAL", "08001"));
        error.Message.ShouldContain("shop");
        error.Message.ShouldNotContain("127.0.0.1");
    }

    [Fact]
    public async Task A_client_that_never_speaks_is_dropped_at_the_deadline_and_stops_nobody()
    {
        var clock = new ManualClock();
        await using var rig = await GatewayRig.StartAsync(clock: clock);
        var silent = new List<WirePeer>();
        for (var i = 0; i < 100; i++) silent.Add(await rig.DialAsync());
        await using var client = await rig.ConnectAsync();
        var ends = Task.WhenAll(silent.Select(peer => peer.ReadAsync()));
        ends.IsCompleted.ShouldBeFalse();

        await clock.AdvanceUntilAsync(ends);
        (await ends).ShouldAllBe(message => message == null);
        foreach (var peer in silent) await peer.DisposeAsync();
    }

    [Fact]
    public async Task The_target_going_away_is_told()
    {
        await using var rig = await GatewayRig.StartAsync();
        await using var client = await rig.ConnectAsync();
        await rig.Server.CloseAsync();
        (await client.ReadUntilAsync('E')).ShouldBe(["E:08006"]);
        (await rig.Gate.Ended.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("target closed");
    }
}
