using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

public class MaskedSessionTests
{
    [Theory]
    [InlineData("select ssn from customers where id = 7")]
    [InlineData("select ssn as x from customers where id = 7")]
    [InlineData("select substr(ssn, 1, 3) from customers where id = 7")]
    [InlineData("select row_to_json(c)::text from customers c where id = 7")]
    [InlineData("select number from customer_list where id = 7")]
    [InlineData("with q as (select ssn s from customers where id = 7) select s || '' from q")]
    [InlineData("select c::text from customers c where id = 7")]
    public async Task No_way_of_asking_shows_the_value(string sql)
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync(sql);
        var simple = string.Join(' ', await client.ReadUntilAsync('Z'));
        simple.ShouldContain("C:SELECT 1");
        simple.ShouldNotContain("900-45");

        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.PrepareAsync();
        for (var run = 0; run < 2; run++) ((string?)await command.ExecuteScalarAsync() ?? "").ShouldNotContain("900-45");
    }

    [Theory]
    [InlineData("selec name from customers", "syntax error at or near \"selec\"")]
    [InlineData("select name form customers", "syntax error at or near \"customers\"")]
    [InlineData("select count(", "syntax error at end of input")]
    public async Task A_slip_is_called_a_slip_and_not_a_matter_of_masks(string sql, string message)
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        var refused = await Should.ThrowAsync<PostgresException>(() => command.ExecuteScalarAsync());
        refused.SqlState.ShouldBe("42601");
        refused.MessageText.ShouldBe(message);
    }

    /// <summary>Judged before it is sent: an error as any other, not the session's end.</summary>
    [Fact]
    public async Task COPY_in_a_way_that_masks_cannot_follow_is_refused_and_the_session_goes_on()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("copy (select ssn from customers where id = 7) to stdout (encoding 'latin1')");
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:0A000", "Z:I"]);
        await client.QueryAsync("copy (select id from customers where id = 7) to stdout (freeze false)");
        (await client.ReadUntilAsync('Z')).ShouldContain("C:COPY 1");
    }

    /// <summary>What drivers send to see whether a connection is alive.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("-- ping")]
    public async Task An_empty_statement_is_answered(string sql)
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        for (var time = 0; time < 2; time++)
        {
            await client.SendAsync(output =>
            {
                Parse.Write(output, "", sql);
                Bind.WriteText(output, "", "", []);
                Describe.Write(output, Describe.PortalKind, "");
                Execute.Write(output, "");
                output.WriteEmpty(FrontendType.Sync);
            });
            (await client.ReadUntilAsync('Z')).ShouldBe(["1", "2", "n", "I", "Z:I"]);
        }
    }

    [Fact]
    public async Task Other_columns_pass_and_the_record_names_the_masked_one()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("select id, name, ssn from customers where id = 7; select count(*) from orders");
        var seen = await client.ReadUntilAsync('Z');
        seen[1].ShouldStartWith("D:7|name 7|");
        seen[1].ShouldEndWith("0007");
        seen[1].ShouldNotContain("900");
        seen.ShouldContain("D:50");
        await client.QueryAsync("select 1");
        await client.ReadUntilAsync('Z');
        rig.Gate.Journal.Events.Where(e => e.Kind == "operation.completed").First().Payload.ShouldContain("ssn");
    }

    [Fact]
    public async Task Copy_cursors_and_prepared_statements_of_sql_are_masked_too()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        foreach (var sql in new[]
        {
            "copy (select ssn from customers) to stdout", "copy customers to stdout (format csv, header)",
            "prepare p as select ssn from customers", "execute p", "begin", "declare c cursor for select name, ssn from customers", "fetch 5 from c", "commit",
        })
        {
            await client.QueryAsync(sql);
            var bytes = new System.Text.StringBuilder();
            while (await client.ReadAsync() is { Type: not 'Z' } message)
            {
                message.Type.ShouldNotBe('E', sql + ": " + (message.Type == 'E' ? message.Diagnostic.ToString() : ""));
                bytes.Append(message.Text);
            }

            bytes.ToString().ShouldNotContain("900-45", customMessage: sql);
        }
    }

    [Fact]
    public async Task A_statement_prepared_by_sql_is_judged_when_the_protocol_runs_it()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("prepare gone as insert into orders values (1000)");
        await client.ReadUntilAsync('Z');
        await client.SendAsync(output =>
        {
            Hoop.Ingress.Wire.Postgres.Messages.Bind.WriteText(output, "", "gone", []);
            Hoop.Ingress.Wire.Postgres.Messages.Execute.Write(output, "");
            Hoop.Ingress.Wire.Postgres.PostgresWriter.WriteEmpty(output, (byte)'S');
        });
        (await client.ReadUntilAsync('Z')).ShouldContain("E:42501");
    }

    [Theory]
    [InlineData("select reverse(ssn), left(ssn, 8), right(reverse(ssn), 6), 'x' || ssn from customers where id = 7", 4)]
    [InlineData("select lag(ssn) over (), substring(ssn from '^9'), substring(ssn from '^8') from customers where id = 7", 3)]
    public async Task Of_what_is_computed_from_a_masked_column_nothing_is_kept_and_NULL_does_not_show(string sql, int columns)
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldContain("D:" + string.Join('|', Enumerable.Repeat("***", columns)));
        await client.QueryAsync($"copy ({sql}) to stdout (null 'none')");
        var message = await client.ReadAsync();
        while (message!.Type != 'd') message = await client.ReadAsync();
        message.Text.ShouldContain(string.Join('\t', Enumerable.Repeat("***", columns)));
    }

    [Theory]
    [InlineData("select 1 / (ascii(ssn) - 57) from customers")]
    [InlineData("select generate_series(1, ascii(ssn)) from customers where id = 1")]
    [InlineData("select g.x from customers c join (select '900-45-' || i as x from generate_series(1000, 9999) i) g on g.x = c.ssn")]
    [InlineData("select coalesce(substring(ssn from '^9'), (1 / (id - 1))::text) from customers")]
    public async Task What_would_tell_by_failing_by_rows_or_by_search_is_refused(string sql)
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42501", "Z:I"]);
    }

    [Fact]
    public async Task A_column_that_is_newer_than_the_catalog_may_hold_anything()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("select name from customers where id = 7");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:name 7");
        await rig.BehindAsync("alter table customers rename column name to former; alter table customers add column name text; update customers set name = ssn");
        await client.QueryAsync("select name from customers where id = 7");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:***");
    }

    [Fact]
    public async Task A_view_that_another_session_changes_meanwhile_may_show_anything()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var changing = await rig.Gateway.ConnectAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await changing.QueryAsync("begin");
        await changing.ReadUntilAsync('Z');
        await changing.QueryAsync("create or replace view customer_list as select id, ssn as name, ssn as number from customers");
        (await changing.ReadUntilAsync('Z')).ShouldContain("C:CREATE VIEW");
        // Judged with the view as it was, it waits for the lock and sees the view as it then is.
        await client.QueryAsync("select name from customer_list where id = 7");
        await changing.QueryAsync("commit");
        await changing.ReadUntilAsync('Z');
        var meanwhile = await client.ReadUntilAsync('Z');
        meanwhile.ShouldContain("C:SELECT 1");
        meanwhile.ShouldNotContain("D:900-45-0007");
        await client.QueryAsync("select name from customer_list where id = 7");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:***-**-0007");
    }

    [Fact]
    public async Task Errors_do_not_quote_masked_values()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("select n from ssn_numbers where id = 7");
        var error = (await client.ReadAsync())!;
        while (error.Type != 'E') error = (await client.ReadAsync())!;
        error.Text.ShouldNotContain("900-45");
        error.Diagnostic.SqlState.ShouldBe("22P02");
    }

    [Fact]
    public async Task A_blocked_statement_names_its_rule_and_a_held_one_runs_when_approved()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var connection = new NpgsqlConnection(rig.ConnectionString);
        await connection.OpenAsync();
        await using var drop = new NpgsqlCommand("drop table customers", connection);
        var blocked = await Should.ThrowAsync<PostgresException>(() => drop.ExecuteNonQueryAsync());
        blocked.SqlState.ShouldBe("42501");
        (blocked.MessageText + blocked.Detail).ShouldContain("nobody-destroys");

        await using var delete = new NpgsqlCommand("delete from orders where id = $1", connection) { Parameters = { new() { Value = 1 } } };
        var running = delete.ExecuteNonQueryAsync();
        var request = await rig.Gate.Approvals.Requested.WaitAsync(TimeSpan.FromSeconds(30));
        request.BindValues.ShouldBe(["1"]);
        rig.Gate.Holds.Resolve(new(request.RequestId, request.IngressId, Hoop.Contracts.Approvals.ApprovalOutcome.Approved, ["bea"], null, rig.Gate.Clock.GetUtcNow()));
        (await running.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(1);
    }

    [Fact]
    public async Task Names_are_resolved_as_the_session_would()
    {
        await using var rig = await RealGateRig.StartAsync();
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync("set search_path = pg_catalog");
        await client.ReadUntilAsync('Z');
        await client.QueryAsync("select ssn from customers");
        (await client.ReadUntilAsync('Z')).ShouldNotContain("T");
        await client.QueryAsync("reset search_path");
        await client.ReadUntilAsync('Z');
        await client.QueryAsync("select id from customers where id = 1");
        (await client.ReadUntilAsync('Z')).ShouldContain("D:1");
    }
}
