using System.Buffers.Binary;
using System.Text;
using Hoop.Ingress.Tests.Protocols.Postgres;
using Hoop.Testing.Wire;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>
/// Two databases that differ in masked values and in nothing else: whatever a client says to both, all that it gets back is the same, errors, tags and numbers of rows among it.
/// Where = may be asked, no statement here asks it of a value that one of them holds.
/// </summary>
public sealed class InterferenceTests
{
    private const string Rules = RealGateRig.Everything + """

        masks:
          - { name: salary, targets: [shop], columns: ["*.*.salary"], with: redact, predicates: equality }
        """;

    private static readonly string Statements = Path.Combine(AppContext.BaseDirectory, "Protocols", "Masking", "Interference.sql");

    [Fact]
    public async Task What_a_client_gets_does_not_hang_on_masked_values()
    {
        await using var one = await RealGateRig.StartAsync(Rules, Script("500 + i * 7", "30"));
        await using var other = await RealGateRig.StartAsync(Rules, Script("90000 - i * 31 % 700", "60"));
        await using var first = await one.Gateway.ConnectAsync();
        await using var second = await other.Gateway.ConnectAsync();
        var (told, ran) = (new List<string>(), 0);
        foreach (var text in (await File.ReadAllLinesAsync(Statements)).SelectMany(static line => line.Split("; ").Select(static s => s.TrimEnd(';'))))
        {
            var (here, there) = (await AskAsync(first, text), await AskAsync(second, text));
            if (!here.SequenceEqual(there)) told.Add($"{text}\n  {string.Join(' ', here)}\n  {string.Join(' ', there)}");
            if (!here.Exists(static m => m.StartsWith('E'))) ran++;
        }

        told.ShouldBeEmpty();
        ran.ShouldBeGreaterThan(80);
    }

    /// <param name="salary">Of row i: between 0 and 100,000.</param>
    /// <param name="span">Some number under 90.</param>
    private static string Script(string salary, string span) => $"""
        create extension btree_gist;
        create domain dom as int;
        create table emp(id int primary key, low int, high int, salary int, constraint cl check (low <= salary), constraint ch check (salary <= high), city text);
        insert into emp select i, 0, 100000, {salary}, 'c' || i % 3 from generate_series(1, 50) i;
        create table resv(id int, room int, salary int4range, exclude using gist (salary with &&));
        insert into resv values (1, 1, int4range({span}, {span} + 7)), (2, 1, int4range({span} + 9, {span} + 20));
        create table near(id int, salary int, exclude using gist (salary with <>, id with =));
        insert into near values (1, {span}), (2, {span} + 1);
        create table dt(id int, salary dom);
        insert into dt values (1, {span}), (2, {span} + 30);
        create table plain(id int, city text, v int);
        insert into plain select i, 'c' || i % 3, i from generate_series(1, 50) i;
        create table tree(id int, up int, salary int);
        insert into tree select i, nullif(i / 2, 0), {span} * (3 - i) * (i - 1) + i from generate_series(1, 4) i;
        create table emp2(id2 int, salary int);
        insert into emp2 select i % 10, {span} + i from generate_series(1, 9) i;
        create unique index on emp2(id2) where salary > 5;
        create view v as select * from emp;
        create table ge(id int, low int, salary int, s2 int generated always as (100 / (salary - low)) stored);
        insert into ge select i, 2, {span} + i from generate_series(1, 9) i;
        create table pi(id int, low int, salary int);
        create unique index on pi(id) where salary > low;
        insert into pi values (1, 3, {span}), (2, 3, {span} + 1);
        create table em(id int, phone text, salary text, check (phone is not null or salary is not null), check (salary like '%a%'));
        insert into em values (1, 'p', 'a{span}'), (2, 'p', null);
        create table parent(id int, low int, salary int, check (low < salary));
        create table child(x int) inherits (parent);
        insert into child select i, 5, {span} + i, 1 from generate_series(1, 5) i;
        create table keys(low int primary key);
        create table passed(id int, low int references keys on update cascade, salary int, check (low <= salary));
        insert into keys values (1);
        insert into passed values (1, 1, {span});
        create table grades(grade int primary key, note text);
        insert into grades select i from generate_series(1, 100) i;
        create table graded(id int, salary int references grades on delete cascade);
        insert into graded values (1, {span}), (2, {span} + 1);
        create table bound(id int, salary int references grades);
        insert into bound values (1, {span}), (2, {span} + 1);
        create table shown(id int, q int);
        create table kept(salary int, q int generated always as (salary * 2) stored);
        alter table kept add id int;
        alter table kept inherit shown;
        insert into kept(id, salary) values (1, {span});
        """;

    private static async Task<List<string>> AskAsync(WirePeer client, string sql)
    {
        await client.QueryAsync(sql);
        var seen = new List<string>();
        while (await client.ReadAsync() is { } message)
        {
            seen.Add(message.Type == 'T' ? "T " + string.Join(' ', Names(message.Body)) : message.Type is 'E' or 'N' ? $"{message.Short} {message.Text.Replace('\0', '|')}" : $"{message.Short} {Encoding.Latin1.GetString(message.Body)}");
            if (message.Type == 'Z') break;
        }

        return seen;
    }

    // Oids differ from one database to the other.
    private static IEnumerable<string> Names(byte[] description)
    {
        var at = 2;
        for (var left = BinaryPrimitives.ReadInt16BigEndian(description); left > 0; left--)
        {
            var end = Array.IndexOf(description, (byte)0, at);
            yield return Encoding.UTF8.GetString(description, at, end - at);
            at = end + 19;
        }
    }
}
