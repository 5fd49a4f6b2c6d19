using System.Text.Json;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Tests.Recordings;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing.Wire;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>Passwords and keys that a statement says, or that its errors quote, are in no record and before no approver, without any mask that asks for it.</summary>
public class RecordedSecretsTests
{
    private const string Script = """
        create table notes(id int primary key, words text);
        insert into notes values (1, 'one');
        create function crypt(text, text) returns text language plpgsql as $$ begin raise notice 'salted %', $2; raise exception 'bad %', $1 using detail = $2, hint = $1; end $$;
        create function hmac(text, text, text) returns text language sql immutable as $$ select md5($1 || $2) $$;
        """;

    private const string Held = """
          - { name: all, roles: [agent], targets: [shop], approve: { verbs: ["*"], objects: ["*"], effects: ["*"], by: [dba], count: 1, expires: 15m } }
        """;

    /// <summary>Everything is allowed, but nothing passes unread.</summary>
    private const string Read = RealGateRig.Everything + """

          - { name: none, roles: ["*"], targets: ["*"], block: { objects: [public.nothing] } }
        """;

    public static TheoryData<string> Statements =>
    [
        "alter role nobody_here password 'CANARY'",
        "alter user nobody_here with encrypted password $$CANARY$$ valid until '2030-01-01'",
        "alter user nobody_here password E'CAN\\101RY CANARY'",
        "alter role nobody_here password U&'CANARY'; select 1",
        "create user mapping for nobody_here server nowhere options (user 'app', password 'CANARY')",
        "create server s foreign data wrapper nowhere options (host 'h', api_key 'CANARY')",
        "create subscription s connection 'CANARY' publication p",
        "set app.password = 'CANARY'",
        "select set_config('app.secret', 'CANARY', true)",
        "select id from notes where words = hmac(words, 'CANARY', 'sha256')",
        "update notes set words = hmac(words, 'CANARY', 'sha256') where id = 1",
        "select crypt('CANARY', 'CANARY')",
        "prepare p(text) as select crypt($1, 'x'); execute p('CANARY')",
        "alter user nobody_here passwrod 'CANARY'",
        "alter user nobody_here password CANARY",
    ];

    [Theory]
    [MemberData(nameof(Statements))]
    public Task No_record_of_a_statement_that_runs_unread_holds_its_secret(string sql) => RunAsync(RealGateRig.Everything, sql);

    [Theory]
    [MemberData(nameof(Statements))]
    public Task No_record_of_a_statement_that_runs_holds_its_secret(string sql) => RunAsync(Read, sql);

    [Theory]
    [InlineData("update notes set words = hmac(words, 'CANARY', 'sha256') where id = 1")]
    [InlineData("delete from notes where words = hmac(words, 'CANARY', 'sha256')")]
    [InlineData("alter role nobody_here password 'CANARY'")]
    [InlineData("do $$ begin execute 'alter role nobody_here password ''CANARY'''; end $$")]
    [InlineData("/* hoop: reason=\"password=CANARY\" */ delete from notes")]
    public async Task No_approver_is_shown_a_secret(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Held, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync(sql);
        await ShouldShowNoneAsync(rig, client);
        (await rig.Gate.Approvals.Requested).Risks.ShouldNotBeNull().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task No_approver_is_shown_a_value_that_is_bound_as_a_secret()
    {
        await using var rig = await RealGateRig.StartAsync(Held, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await BindAsync(client, "delete from notes where id < $1::int and words = hmac(words, $2, 'sha256')", "5", "CANARY");
        await ShouldShowNoneAsync(rig, client);
        (await rig.Gate.Approvals.Requested).BindValues.ShouldBe(["5", "***"]);
    }

    [Fact]
    public async Task A_value_that_is_bound_as_a_secret_is_not_recorded_and_others_are()
    {
        await using var rig = await RealGateRig.StartAsync(Read, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await BindAsync(client, "select id from notes where id < $1::int and words = hmac(words, $2, 'sha256')", "5", "CANARY");
        await client.ReadUntilAsync('Z');
        rig.Gate.Journal.Everything().ShouldNotContain("CANARY");
        rig.Gate.Journal.Events.Last(e => e.Kind == EventKinds.OperationDecided).Payload.ShouldContain("\"bindValues\":[\"5\",\"***\"]");
    }

    [Fact]
    public async Task Two_secrets_have_records_that_differ_in_nothing_that_tells_which()
    {
        await using var rig = await RealGateRig.StartAsync(Read, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var secret in new[] { "one", "two" })
        {
            await client.QueryAsync($"alter role nobody_here password '{secret}'");
            await client.ReadUntilAsync('Z');
        }
        var decided = rig.Gate.Journal.Events.Where(e => e.Kind == EventKinds.OperationDecided).Select(e => JsonDocument.Parse(e.Payload).RootElement).ToList();
        decided[0].GetProperty("text").GetString().ShouldBe("alter role nobody_here password '***'");
        decided[0].GetProperty("fingerprint").GetString().ShouldBe(decided[1].GetProperty("fingerprint").GetString());
    }

    private static async Task RunAsync(string rules, string sql)
    {
        await using var rig = await RealGateRig.StartAsync(rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync(sql);
        await client.ReadUntilAsync('Z');
        await client.QueryAsync("select 1");
        await client.ReadUntilAsync('Z');
        rig.Gate.Journal.Kinds.ShouldContain(EventKinds.OperationDecided);
        rig.Gate.Journal.Everything().ShouldNotContain("CANARY", Case.Sensitive);
    }

    private static async Task ShouldShowNoneAsync(RealGateRig rig, WirePeer client)
    {
        await client.ReadUntilAsync('N');
        var request = await rig.Gate.Approvals.Requested.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        JsonSerializer.Serialize(request).ShouldNotContain("CANARY");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        JsonSerializer.Serialize(await rig.Gate.Approvals.Previews.Reader.ReadAsync(patience.Token)).ShouldNotContain("CANARY");
        rig.Gate.Journal.Kinds.ShouldContain(EventKinds.OperationDecided);
    }

    private static Task BindAsync(WirePeer client, string sql, params string[] values) => client.SendAsync(output =>
    {
        Parse.Write(output, "", sql);
        Bind.WriteText(output, "", "", values);
        Execute.Write(output, "");
        output.WriteEmpty(FrontendType.Sync);
    });
}
