using System.IO.Compression;
using System.Text;
using Hoop.EndToEnd.Tests.Support;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>A session full of secrets, by somebody who may see them: none of them is anywhere in Audit's database. And a live one is followed and ended.</summary>
public class RecordingTests(DemoSystem hoop)
{
    [Fact]
    public async Task No_secret_is_anywhere_in_the_database_after_a_session_full_of_them()
    {
        var mark = $"mark{Guid.NewGuid():n}";
        await using (var connection = await hoop.ConnectAsync(principal: "bea"))
        {
            var ssn = (string)(await ScalarAsync(connection, $"select ssn from customers where id = 1 and '{mark}' <> ''"))!;
            ssn.ShouldMatch(@"\d{3}-\d{2}-\d{4}");
            foreach (var sql in new[]
            {
                "select * from customers order by id limit 30", $"select name from customers where ssn = '{ssn}'", $"select '{ssn}' || email from customers where id < 5",
                $"select ssn::int from customers where id = 1 and ssn = '{ssn}'", $"update customers set ssn = '{ssn}' where id = 1", "copy (select ssn, card_number, email from customers) to stdout",
            })
                await RunAsync(connection, sql);
            await using var bound = new NpgsqlCommand("select card_number from customers where ssn = $1", connection) { Parameters = { new() { Value = ssn } } };
            (await bound.ExecuteScalarAsync()).ShouldBeOfType<string>();
        }

        var session = (await hoop.SessionWithAsync(mark)).Id;
        await using var database = new NpgsqlConnection(DatabaseOf(hoop.PidOf("audit")));
        await database.OpenAsync();
        await Eventually.TrueAsync(async () => await ScalarAsync(database, $"select count(*) from audit.events where session_id = '{session}' and kind = 'session.ended'") is 1L);
        (await ScalarAsync(database, $"select count(*) from audit.contents where session_id = '{session}'")).ShouldBeOfType<long>().ShouldBeGreaterThan(2);
        await Eventually.TrueAsync(async () => await ScalarAsync(database, $"select count(*) from audit.statements where session_id = '{session}'") is > 5L);
        Leaks.ShouldHaveNone(await DumpAsync(database, session));
    }

    [Fact]
    public async Task A_running_session_is_found_followed_and_ended_from_the_command_line()
    {
        var mark = $"mark{Guid.NewGuid():n}";
        await using var connection = await hoop.ConnectAsync();
        await ScalarAsync(connection, $"select count(*) from products where '{mark}' <> ''");
        var id = (await hoop.SessionWithAsync(mark)).Id;
        await Eventually.TrueAsync(async () => (await hoop.CliJsonAsync("sessions", "search", "--search", mark, "--table", "public.products", "--as", "bea")).GetProperty("statements").GetArrayLength() == 1);
        var watching = hoop.CliAsync("sessions", "tail", id, "--as", "bea");

        (await hoop.CliAsync("sessions", "kill", id, "--reason", "no longer needed", "--as", "bea")).ExitCode.ShouldBe(0);

        var told = await Should.ThrowAsync<NpgsqlException>(async () => await ScalarAsync(connection, "select 1"));
        told.ToString().ShouldContain("no longer needed");
        var seen = await watching;
        seen.Output.ShouldContain("session.killed");
        seen.Output.ShouldContain("session.ended");
    }

    /// <summary>Every row of every table, recorded rows in clear; of what tests beside this one did only what everybody shares.</summary>
    private static async Task<string> DumpAsync(NpgsqlConnection database, string session)
    {
        var text = new StringBuilder();
        var tables = (string[])(await ScalarAsync(database, "select array_agg(c.relname::text) from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'session_id' where c.relnamespace = 'audit'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition"))!;
        tables.ShouldContain("events");
        foreach (var table in tables.Except(["contents"]))
            text.AppendLine((string?)await ScalarAsync(database, $"select string_agg(t::text, E'\\n') from audit.{table} t where session_id = '{session}'") ?? "");
        text.AppendLine((string?)await ScalarAsync(database, $"select string_agg(t::text, E'\\n') from audit.sessions t where id = '{session}'") ?? "");
        foreach (var data in (byte[][])(await ScalarAsync(database, $"select array_agg(data) from audit.contents where session_id = '{session}'"))!)
        {
            using var brotli = new BrotliStream(new MemoryStream(data), CompressionMode.Decompress);
            using var reader = new StreamReader(brotli, Encoding.UTF8);
            text.AppendLine(await reader.ReadToEndAsync());
        }

        // Times and hashes are full of digits.
        return System.Text.RegularExpressions.Regex.Replace(text.ToString(), "[0-9a-f]{16,}|\\d{4}-\\d{2}-\\d{2}[T ][0-9:.]+", "");
    }

    private static string DatabaseOf(int pid)
    {
        var environment = File.ReadAllText($"/proc/{pid}/environ").Split('\0').Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1]);
        return environment.GetValueOrDefault("ConnectionStrings__auditowner") ?? environment["ConnectionStrings__auditdb"];
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        try
        {
            if (!sql.StartsWith("copy", StringComparison.Ordinal)) await ScalarAsync(connection, sql);
            else using (var rows = await connection.BeginTextExportAsync(sql)) await rows.ReadToEndAsync();
        }
        catch (PostgresException)
        {
            // Some of them are meant to fail, with the value in the message.
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
