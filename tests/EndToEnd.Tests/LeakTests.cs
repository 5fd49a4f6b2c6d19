using Hoop.EndToEnd.Tests.Support;
using Npgsql;
using NpgsqlTypes;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>Ways around a mask that worked on others. Rows with known ids are compared with what the table really holds.</summary>
public class LeakTests(DemoSystem hoop)
{
    [Theory]
    [InlineData("select ssn as harmless from customers where id < 4")]
    [InlineData("select email as x from customers where id < 4")]
    [InlineData("select substr(ssn, 1, 3) from customers where id < 4")]
    [InlineData("select reverse(ssn) from customers where id < 4")]
    [InlineData("select reverse(card_number), left(card_number, 8) from customers where id < 4")]
    [InlineData("select 'x' || ssn from customers where id < 4")]
    [InlineData("select ssn::varchar(5), ssn::char(3) from customers where id < 4")]
    [InlineData("select left(ssn, 1), right(ssn, 1), length(ssn), md5(ssn) from customers where id < 4")]
    [InlineData("select row_to_json(c) from customers c where id < 4")]
    [InlineData("select to_jsonb(c) ->> 'ssn' from customers c where id < 4")]
    [InlineData("select c from customers c where id < 4")]
    [InlineData("select c.* from customers c where id < 4")]
    [InlineData("select (c).ssn from customers c where id < 4")]
    [InlineData("select array_agg(ssn) from customers where id < 4")]
    [InlineData("select string_agg(ssn, ',') from customers where id < 4")]
    [InlineData("select max(ssn), min(ssn) from customers")]
    [InlineData("select json_build_object('a', ssn) from customers where id < 4")]
    [InlineData("select x from (select ssn as x from customers where id < 4) s")]
    [InlineData("with c as (select ssn y from customers where id < 4) select y from c")]
    [InlineData("select ssn from customers where id = 1 union all select 'a' || ssn from customers where id = 2")]
    [InlineData("select coalesce(null, ssn) from customers where id < 4")]
    [InlineData("select case when true then ssn end from customers where id < 4")]
    [InlineData("select (select ssn from customers where id = 1)")]
    [InlineData("select array(select ssn from customers where id < 4)")]
    [InlineData("select lag(ssn) over (order by id) from customers where id < 4")]
    [InlineData("select * from customers natural join (select 1 as one) o where id < 4")]
    [InlineData("table customers limit 3")]
    [InlineData("copy (select ssn from customers where id < 4) to stdout")]
    [InlineData("copy (select * from customers where id < 4) to stdout csv header")]
    [InlineData("copy customers (ssn) to stdout")]
    [InlineData("begin; declare c cursor for select ssn from customers where id < 4; fetch all from c; commit")]
    [InlineData("prepare p as select ssn from customers where id < 4; execute p; execute p; deallocate p")]
    public async Task No_digit_of_an_ssn_gets_out(string sql)
    {
        var result = await hoop.PsqlAsync(sql + ";\n");
        result.Output.ShouldNotBeEmpty(result.ToString());
        Leaks.ShouldHaveNone(result.All);
        foreach (var secret in Secrets.OfTheFirstCustomers) result.All.ShouldNotContain(secret);
        if (!sql.Contains('*') && !sql.Contains("(c)") && !sql.Contains(" c from") && !sql.StartsWith("table", StringComparison.Ordinal))
            result.Output.ShouldNotMatch(@"\d{2}", sql);
    }

    [Fact]
    public async Task A_view_does_not_unmask()
    {
        var result = await hoop.PsqlAsync("select * from customer_contacts limit 3;\n");
        result.Output.ShouldNotBeEmpty(result.ToString());
        Leaks.ShouldHaveNone(result.All);
    }

    [Theory]
    [InlineData("select count(*) from customers where ssn like '1%'")]
    [InlineData("select id from customers order by ssn limit 3")]
    [InlineData("select id from customers where ssn > '5'")]
    [InlineData("select count(*) from customers where substr(ssn, 1, 1) = '1'")]
    [InlineData("select id from customers where case when ssn > '5' then true else false end")]
    [InlineData("select ascii(ssn) from customers where id = 1")]
    [InlineData("select 1 / (ascii(ssn) - 57) from customers where id = 1")]
    [InlineData("select generate_series(1, ascii(ssn)) from customers where id = 1")]
    [InlineData("select coalesce(substring(ssn from '^9'), (1 / (id - 1))::text) from customers where id = 1")]
    [InlineData("select g.x from customers c join (select '900-45-' || i as x from generate_series(1000, 9999) i) g on g.x = c.ssn")]
    [InlineData("select id from customers where ssn in ('1','2','3','4','5','6','7','8','9','10','11')")]
    [InlineData("select id from customers where ssn = any('{1,2,3,4,5,6,7,8,9,10,11}')")]
    [InlineData("select c.id from customers c join customers d on c.ssn = d.name")]
    [InlineData("select id from customers where ssn = floor(random() * 1000)::text")]
    [InlineData("select id from customers where ssn = ('1' collate \"C\")")]
    public async Task A_masked_column_cannot_be_read_bit_by_bit(string sql)
    {
        var result = await hoop.PsqlAsync(sql + ";\nselect 'goes on';\n");
        result.Error.ShouldContain("blocked by mask", Case.Sensitive, result.ToString());
        result.Output.ShouldContain("goes on");
    }

    [Theory]
    [InlineData("select ssn::int from customers where id = 1")]
    [InlineData("select 1 from customers where id = 1 and ssn::date is not null")]
    public async Task An_error_does_not_quote_the_value(string sql)
    {
        var result = await hoop.PsqlAsync(sql + ";\n");
        result.Error.ShouldContain("ERROR:");
        Leaks.ShouldHaveNone(result.All);
        foreach (var secret in Secrets.OfTheFirstCustomers) result.All.ShouldNotContain(secret);
    }

    [Fact]
    public async Task A_prepared_statement_stays_masked_each_time_it_runs()
    {
        await using var connection = await hoop.ConnectAsync();
        await using var command = new NpgsqlCommand("select ssn, name from customers where id = $1", connection) { Parameters = { new() { NpgsqlDbType = NpgsqlDbType.Integer } } };
        await command.PrepareAsync();
        for (var id = 1; id <= 3; id++)
        {
            command.Parameters[0].Value = id;
            await using var reader = await command.ExecuteReaderAsync();
            (await reader.ReadAsync()).ShouldBeTrue();
            reader.GetString(0).ShouldNotMatch(@"\d");
        }
    }

    [Fact]
    public async Task Binary_copy_and_binary_reads_are_masked()
    {
        await using var connection = await hoop.ConnectAsync();
        await using var export = await connection.BeginBinaryExportAsync("copy (select ssn from customers where id < 4) to stdout (format binary)");
        var rows = 0;
        while (await export.StartRowAsync() > 0)
        {
            rows++;
            if (export.IsNull) await export.SkipAsync();
            else (await export.ReadAsync<string>()).ShouldNotMatch(@"\d");
        }
        rows.ShouldBe(3);
    }

    [Theory]
    [InlineData("create temp table t as select ssn from customers")]
    [InlineData("insert into products (name, price) select ssn, 1 from customers")]
    [InlineData("select ssn into temp t2 from customers")]
    public async Task A_masked_column_cannot_be_copied_to_a_readable_place(string sql)
    {
        var result = await hoop.PsqlAsync(sql + ";\n");
        result.Error.ShouldContain("ERROR:", Case.Sensitive, result.ToString());
    }
}
