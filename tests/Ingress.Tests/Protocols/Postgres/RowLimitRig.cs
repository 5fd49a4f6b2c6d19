using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing;
using Hoop.Testing.Wire;
using Npgsql;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>A gateway in front of a real server where every statement may touch ten rows.</summary>
internal static class RowLimitRig
{
    internal const string Over = "54H01";

    private const string Script = """
        create table t(id int primary key, n int);
        insert into t select i, 0 from generate_series(1, 20) i;
        create table log(id int);
        create table child(id int, parent int references t(id) on delete cascade);
        create table late(id int constraint late_once unique deferrable initially deferred);
        insert into late values (1);
        create function wipe() returns int language plpgsql as $$ begin delete from t where id > 3; return 1; end $$;
        create function wipe_one(int) returns int language plpgsql as $$ begin delete from t where id = $1; return 1; end $$;
        create function opened() returns refcursor language plpgsql as $$ declare o refcursor := 'o'; begin open o for select id from t; return o; end $$;
        """;

    /// <summary>Ten rows may be touched.</summary>
    internal static async Task<GatewayRig> StartAsync()
    {
        var rig = await GatewayRig.StartRealAsync(Script, analyze: new Hoop.Ingress.Sql.SqlAnalyzer().Analyze);
        rig.Gate.Decide = (operation, gate) => operation.Facts.Plumbing || operation.Facts.Accesses.All(access => access.Verb is "create") ? gate.Permit(operation)
            : new Permit(7, operation, null!, 10) { Rules = ["few"] };
        return rig;
    }

    internal static async Task<long> CountAsync(GatewayRig rig, string what = "count(*) from t")
    {
        var server = await PostgresServer.SharedAsync();
        await using var connection = new NpgsqlConnection(server.ConnectionString(rig.Gate.Target.Document.Database!));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"select {what}", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    internal static async Task<List<string>> ExtendedAsync(WirePeer client, params string[] statements)
    {
        await client.SendAsync(output =>
        {
            foreach (var sql in statements) WriteExecute(output, sql);
            output.WriteEmpty(FrontendType.Sync);
        });
        return await client.ReadUntilAsync('Z');
    }

    internal static void WriteExecute(System.Buffers.IBufferWriter<byte> output, string sql, int rows = 0)
    {
        Parse.Write(output, "", sql);
        Bind.WriteText(output, "", "", []);
        Execute.Write(output, "", rows);
    }
}
