using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing.Wire;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Relay;

/// <summary>After DDL in a pipeline no name is known until the Sync: what stands further down the search path is not taken for what a rule allows.</summary>
public class NamesInPipelinesTests
{
    private const string Rules = """
          - { name: own, roles: [agent], targets: [shop], allow: { verbs: [select, insert, update, delete, create], objects: ["a.*"], effects: [read, write, mass-write, ddl] } }
        """;

    private const string Script = """
        create schema a; create schema b; create table b.t (secret text); insert into b.t values ('CANARY');
        create function b.tell() returns text language sql immutable as $$ select 'CANARY' $$;
        do $$ begin execute format('alter database %I set search_path = a, b', current_database()); end $$;
        """;

    [Theory]
    [InlineData("select secret from t")]
    [InlineData("insert into t values ('x') returning (select max(secret) from t)")]
    [InlineData("update t set secret = 'x' returning 'CANARY'")]
    [InlineData("copy t to stdout")]
    public async Task A_bare_name_is_not_taken_for_one_of_the_first_schema(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldContain("E:42501");
        var seen = await PipelineAsync(client, "create table a.x (id int)", sql);
        seen.ShouldContain("C:CREATE TABLE");
        seen.ShouldContain("E:42601");
    }

    [Fact]
    public async Task What_the_pipeline_made_itself_can_be_used_in_it()
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        var seen = await PipelineAsync(client, "create table a.x (id int)", "insert into x values (1)");
        seen.ShouldContain("C:INSERT 0 1");
    }

    private static async Task<List<string>> PipelineAsync(WirePeer client, params string[] statements)
    {
        await client.SendAsync(output =>
        {
            foreach (var one in statements)
            {
                Parse.Write(output, "", one);
                Bind.WriteText(output, "", "", []);
                Execute.Write(output, "");
            }

            PostgresWriter.WriteEmpty(output, FrontendType.Sync);
        });
        return await client.ReadUntilAsync('Z');
    }
}
