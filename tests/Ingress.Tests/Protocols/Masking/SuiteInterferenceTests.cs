using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Hoop.Ingress.Tests.Protocols.Postgres;
using Hoop.Testing;
using Hoop.Testing.Wire;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>
/// PostgreSQL's own regression suite, said to two servers whose masked columns hold other values: see <see cref="InterferenceTests"/>. <c>HOOP_TEST_LONG=1</c> runs it (half an hour) where the
/// measuring harness has the suite's source; <c>HOOP_SUITE_FILES</c> chooses files. Values under unique keys are left alike, since inserting asks about them.
/// </summary>
public sealed partial class SuiteInterferenceTests(ITestOutputHelper output)
{
    private const string Database = "test_1";

    private static readonly string Suite = Path.Combine(
        Environment.GetEnvironmentVariable("HARNESS_CACHE") ?? Path.Combine(Path.GetTempPath(), "hoop-harness-cache"), "postgresql", "src", "test", "regress");

    /// <summary>Names that many of its tables have for about half of their columns.</summary>
    private static readonly string[] Masked =
        ["f1", "a", "q1", "unique1", "stringu1", "x", "t", "val", "name", "key", "c2", "d1", "i", "title", "salary", "location", "two", "s", "p", "data"];

    private static readonly string Rules = $"""
        {RealGateRig.Everything}

        masks:
          - name: half
            targets: [shop]
            columns: [{string.Join(", ", Masked.Select(static c => $"\"*.*.{c}\""))}]
            with: redact
            predicates: block
        """;

    [Fact]
    public async Task What_the_suite_gets_does_not_hang_on_masked_values()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1", "It takes half an hour: HOOP_TEST_LONG=1 runs it.");
        Assert.SkipUnless(Directory.Exists(Suite), $"The suite's source is not at {Suite}.");
        string[] settings = ["autovacuum=off", "max_prepared_transactions=4", "timezone=PST8PDT"];
        await using var one = await PostgresServer.StartAsync(settings);
        await using var other = await PostgresServer.StartAsync(settings);
        await using var first = await RealGateRig.StartAsync(Rules, "select 1", one);
        await using var second = await RealGateRig.StartAsync(Rules, "select 1", other);
        await using var behindFirst = await PrepareAsync(one, changed: false);
        await using var behindSecond = await PrepareAsync(other, changed: true);
        var (told, said, ran) = (new List<string>(), 0, 0);
        foreach (var file in Files())
        {
            await using var here = await first.Gateway.ConnectAsync();
            await using var there = await second.Gateway.ConnectAsync();
            foreach (var (text, rows) in PsqlScript.Cut(await File.ReadAllTextAsync(Path.Combine(Suite, "sql", file + ".sql"), Encoding.Latin1)).Where(static s => !Restless().IsMatch(s.Text)))
            {
                var both = await Task.WhenAll(AskAsync(here, text, rows), AskAsync(there, text, rows));
                said++;
                if (!both[0].Exists(static m => m.StartsWith('E'))) ran++;
                if (!both[0].SequenceEqual(both[1])) told.Add($"{file}: {text}\n  {string.Join(' ', both[0].Take(6))}\n  {string.Join(' ', both[1].Take(6))}");
                if (both[0].Count == 0 || both[0][^1] != "Z:I") continue;
                await Task.WhenAll(ChangeAsync(behindFirst), ChangeAsync(behindSecond));
            }

            output.WriteLine($"{file}: {said} statements, {ran} ran, {told.Count} answered otherwise");
        }

        told.ShouldBeEmpty();
        ran.ShouldBeGreaterThan(said / 3);
    }

    private static IEnumerable<string> Files() => Environment.GetEnvironmentVariable("HOOP_SUITE_FILES") is { Length: > 0 } chosen ? chosen.Split(',')
        : File.ReadLines(Path.Combine(Suite, "parallel_schedule")).Where(static l => l.StartsWith("test:", StringComparison.Ordinal)).SelectMany(static l => l[5..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Except(["test_setup", "tablespace", "stats", "sysviews", "numeric_big"]);

    private static async Task<NpgsqlConnection> PrepareAsync(PostgresServer server, bool changed)
    {
        var start = new ProcessStartInfo("psql", ["-qX", "-h", server.Host, "-p", server.Port.ToString(CultureInfo.InvariantCulture), "-U", PostgresServer.UserName, "-d", Database, "-f", Path.Combine(Suite, "sql", "test_setup.sql")])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
            Environment = { ["PGPASSWORD"] = server.Password, ["PGSSLMODE"] = "disable", ["PG_ABS_SRCDIR"] = Suite, ["PG_LIBDIR"] = Suite, ["PG_DLSUFFIX"] = ".so" },
        };
        using var psql = Process.Start(start)!;
        await Task.WhenAll(psql.StandardOutput.ReadToEndAsync(), psql.StandardError.ReadToEndAsync());
        await psql.WaitForExitAsync();
        await server.ExecuteAsync(Database, Changer(changed));
        var connection = new NpgsqlConnection(server.ConnectionString(Database));
        await connection.OpenAsync();
        await ChangeAsync(connection);
        return connection;
    }

    private static async Task ChangeAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("call behind.change()", connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Gives the masked columns of rows that are new other values of the same type and length, or the same again, so that both servers do as much.</summary>
    private static string Changer(bool changed) => $$"""
        create schema behind;
        create table behind.last(xid bigint);
        insert into behind.last values (0);
        create procedure behind.change() language plpgsql as $p$
        declare r record; since bigint; e text;
        begin
          set local lock_timeout = '50ms';
          set local session_replication_role = replica;
          set local row_security = off;
          select xid into since from behind.last;
          for r in select c.oid::regclass::text as t, quote_ident(a.attname) as n, format_type(a.atttypid, a.atttypmod) as ft, coalesce(b.typname, y.typname) as ty, y.typtype = 'e' as enum
            from pg_class c join pg_namespace s on s.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid join pg_type y on y.oid = a.atttypid left join pg_type b on b.oid = y.typbasetype
            where c.relkind = 'r' and c.relpersistence <> 't' and s.nspname !~ '^(pg_|information_schema|behind)' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
              and a.attname = any ('{{{string.Join(',', Masked)}}}')
              and not exists (select from pg_index i where i.indrelid = c.oid and (i.indisunique or i.indisexclusion) and (a.attnum = any (i.indkey) or 0 = any (i.indkey))) order by 1, 2
          loop
            e := case
              when r.ty in ('text', 'varchar', 'bpchar', 'name') then 'translate((%)::text, ''abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'', ''bcdefghijklmnopqrstuvwxyzaBCDEFGHIJKLMNOPQRSTUVWXYZA1234567890'')::' || r.ft
              when r.ty in ('int2', 'int4', 'int8') then '% # 3' when r.ty = 'numeric' then 'case when % in (''NaN'', ''Infinity'', ''-Infinity'') then % else % + 3 end'
              when r.ty in ('float4', 'float8') then 'case when abs(%) < 1e30 then % * 3 + 1 else % end' when r.ty = 'bool' then 'not %'
              when r.ty = 'date' then 'case when isfinite(%) then (% + interval ''37 days'')::date else % end' when r.ty like 'timestamp%' then '% + interval ''37 days 1:01'''
              when r.ty in ('interval', 'time', 'timetz') then '% + interval ''3:07''' when r.ty in ('bit', 'varbit') then '~ %' when r.ty = 'inet' then '% + 1'
              when r.enum then 'case when % = enum_first(%) then enum_last(%) else enum_first(%) end'
              else 'translate((%)::text, ''123456789'', ''234567891'')::' || r.ft end;
            begin
              execute format('update only %s set %s = %s where xmin::text::bigint > %s', r.t, r.n, {{(changed ? "replace(e, '%', r.n)" : "r.n")}}, since);
            -- What a constraint forbids stays as it is.
            exception when others then null;
            end;
          end loop;
          begin
            update behind.last set xid = xid;
          exception when others then null;
          end;
          update behind.last set xid = (select xmin::text::bigint from behind.last);
        end $p$
        """;

    private static async Task<List<string>> AskAsync(WirePeer client, string sql, string? rows)
    {
        await client.SendAsync(Frame('Q', [.. Encoding.Latin1.GetBytes(sql), 0]));
        var seen = new List<string>();
        while (await client.ReadAsync() is { } message)
        {
            if (message.Type == 'G') await client.SendAsync((byte[])[.. Frame('d', Encoding.Latin1.GetBytes(rows ?? "")), .. Frame('c', [])]);
            // Oids and the numbers of temporary schemas are counted by what the servers did otherwise.
            seen.Add(message.Type is 'T' or 'S' ? $"{message.Type}" : message.Type is 'Z' ? message.Short : message.Type + Numbered().Replace(Encoding.Latin1.GetString(message.Body), "pg_temp"));
            if (message.Type == 'Z') break;
        }

        return seen;
    }

    private static byte[] Frame(char type, byte[] body)
    {
        var frame = new byte[5 + body.Length];
        frame[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), 4 + body.Length);
        body.CopyTo(frame, 5);
        return frame;
    }

    [GeneratedRegex("pg_(toast_)?temp_[0-9]+")]
    private static partial Regex Numbered();

    /// <summary>What is another each time: clocks, processes, transactions, places in the log and in files.</summary>
    [GeneratedRegex("now\\(|current_(time|date)|clock_|timeofday|localtime|backend_pid|txid|xact|xid|snapshot|xmin|random|uuid|_lsn|wal|size|timing|analyze.*explain|explain.*analyze|filenode|\\boid\\b|\\$\\{", RegexOptions.IgnoreCase)]
    private static partial Regex Restless();
}
