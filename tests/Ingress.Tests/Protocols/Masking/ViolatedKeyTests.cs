using Hoop.Ingress.Tests.Protocols.Postgres;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>DETAIL of a violated unique key, under a column mask.</summary>
public sealed class ViolatedKeyTests
{
    private const string Rules = RealGateRig.Everything + """

        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: redact, except: [dba] }
        """;

    private const string Script = RealGateRig.Script + """
        create table seen (x text primary key); insert into seen select ssn from customers;
        create table noted (id int primary key);
        create function notes() returns trigger language plpgsql as $$ begin insert into seen select ssn from customers where id = new.id; return new; end $$;
        create trigger note after insert on noted for each row execute function notes();
        create table heirs () inherits (customers); alter table heirs add primary key (ssn); insert into heirs values (900, 'a', '900-45-0900', null);
        create table expressed (id int, n int); create unique index on expressed ((n % 10));
        insert into expressed values (1, 11);
        create table disguised (id int, "abs(n)" int, n int); create unique index on disguised (abs(n)); insert into disguised values (1, 1, 11);
        create table parts (id int primary key, note text) partition by range (id); create table part1 partition of parts for values from (0) to (100);
        insert into parts values (1, 'a');
        """;

    [Theory]
    [InlineData("insert into orders values (7, 1, 1)", "Key (id)=(7) already exists.")]
    [InlineData("update orders set id = 8 where id = 7", "Key (id)=(8) already exists.")]
    [InlineData("create temp table t (a int, b text, primary key (a, b));; insert into t values (1, 'x'), (1, 'x')", "Key (a, b)=(1, x) already exists.")]
    [InlineData("insert into customers values (7, 'x', '1', null)", null)]
    [InlineData("insert into heirs values (1, 'x', '900-45-0900', null)", null)]
    [InlineData("insert into noted values (7)", null)]
    [InlineData("insert into expressed values (2, 21)", null)]
    [InlineData("insert into disguised values (2, 2, -11)", null)]
    [InlineData("insert into parts values (1, 'b')", null)]
    [InlineData("create temp table t (a int primary key);; set role pg_monitor;; reset role;; insert into t values (1), (1)", null)]
    public async Task It_is_shown_where_nothing_of_the_table_is_masked(string script, string? detail)
    {
        await using var rig = await RealGateRig.StartAsync(Rules, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        var said = "";
        foreach (var sql in script.Split(";;", StringSplitOptions.TrimEntries))
        {
            await client.QueryAsync(sql);
            while (await client.ReadAsync() is { } message && message.Type != 'Z')
                if (message.Type == 'E') said = System.Text.Encoding.UTF8.GetString(message.Body);
        }

        said.ShouldContain("23505");
        said.ShouldContain(detail ?? "Hidden by Hoop");
        if (detail is null) said.ShouldNotContain("Key (");
    }
}
