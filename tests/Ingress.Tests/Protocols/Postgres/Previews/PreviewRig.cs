using Hoop.Contracts.Approvals;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing;
using Hoop.Testing.Wire;
using Npgsql;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Previews;

/// <summary>A client whose statements are held, in front of a real server, and what approvers get to see of them.</summary>
internal sealed class PreviewRig(RealGateRig rig, WirePeer client) : IAsyncDisposable
{
    private const string Script = """
        create table customers(id int primary key, name text not null, ssn text, balance numeric(10, 2) default 0, seen timestamptz);
        insert into customers select i, 'name ' || i, '900-45-' || lpad(i::text, 4, '0'), i, '2026-01-01 12:00+00' from generate_series(1, 500) i;
        create table orders(id int primary key, customer int references customers(id) on delete cascade, total numeric);
        insert into orders select i, i, i * 10 from generate_series(1, 50) i;
        create table notes(id int primary key, customer int references customers(id), words text);
        create sequence ticks;
        create function tick() returns int language sql volatile as $$ select nextval('ticks')::int $$;
        create function liar() returns int language plpgsql immutable as $$ begin return nextval('ticks'); end $$;
        create function audit() returns trigger language plpgsql as $$ begin return null; end $$;
        create trigger watch after update of name on customers for each row execute function audit();
        create function loud(int, int) returns boolean language sql volatile as $$ select nextval('ticks') > 0 $$;
        create operator @@@ (function = loud, leftarg = int, rightarg = int);
        create domain small as int check (value < tick());
        create type pair as (a int);
        create function spell(pair) returns bytea language sql volatile as $$ select nextval('ticks')::text::bytea $$;
        create cast (pair as bytea) with function spell(pair);
        create function noisy(customers) returns int language sql volatile as $$ select nextval('ticks')::int $$;
        create view people as select id, name, ssn as number from customers;
        analyze;
        """;

    /// <summary>Whoever asks sees everything: what approvers see is masked all the same.</summary>
    private const string Rules = """
          - { name: all, roles: [agent], targets: [shop], approve: { verbs: ["*"], objects: ["*"], effects: ["*"], by: [dba], count: 1, expires: 15m } }
        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: { partial: { keepLast: 4 } }, except: [agent] }
          - { name: cards, targets: [shop], detect: [credit-card], with: redact, except: [agent] }
        """;

    internal RealGateRig Rig => rig;
    internal WirePeer Client => client;

    internal static async Task<PreviewRig> StartAsync()
    {
        var rig = await RealGateRig.StartAsync(Rules, Script);
        return new PreviewRig(rig, await rig.Gateway.ConnectAsync());
    }

    /// <summary>Only DELETE is held.</summary>
    internal static async Task<PreviewRig> ForTransactionsAsync()
    {
        var rig = await RealGateRig.StartAsync("""
              - { name: free, roles: [agent], targets: [shop], allow: { verbs: [select, update, insert, create], objects: ["*"], effects: ["*"] } }
              - { name: functions, roles: [agent], targets: [shop], allow: { verbs: [execute], objects: ["*"], effects: ["*"] } }
              - { name: delete, roles: [agent], targets: [shop], approve: { verbs: [delete], objects: ["*"], effects: ["*"], by: [dba], count: 1, expires: 15m } }
            """, Script);
        return new PreviewRig(rig, await rig.Gateway.ConnectAsync());
    }

    internal async Task RunAsync(string sql)
    {
        await client.QueryAsync(sql);
        var answers = await client.ReadUntilAsync('Z');
        if (answers.Any(answer => answer.StartsWith('E'))) throw new InvalidOperationException($"{sql}: {string.Join(' ', answers)}");
    }

    /// <summary>Sends a statement that is held; what approvers see of it.</summary>
    internal async Task<ApprovalPreviewed> HoldAsync(string sql, params string[] values)
    {
        if (values.Length == 0) await client.QueryAsync(sql);
        else await client.SendAsync(output =>
        {
            Parse.Write(output, "", sql);
            Bind.WriteText(output, "", "", values);
            Execute.Write(output, "");
            output.WriteEmpty(FrontendType.Sync);
        });
        await client.ReadUntilAsync('N');
        return await NextAsync();
    }

    internal async Task<ApprovalPreviewed> NextAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await rig.Gate.Approvals.Previews.Reader.ReadAsync(deadline.Token);
    }

    internal Task BehindAsync(string sql) => rig.BehindAsync(sql);

    internal async Task<object?> SeeAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    internal async Task<NpgsqlConnection> ConnectAsync()
    {
        var server = await PostgresServer.SharedAsync();
        var connection = new NpgsqlConnection(server.ConnectionString(rig.Gate.Snapshots.Current!.Document.Targets["shop"].Database!));
        await connection.OpenAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        await rig.DisposeAsync();
    }
}
