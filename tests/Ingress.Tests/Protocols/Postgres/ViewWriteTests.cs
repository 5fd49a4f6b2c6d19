using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>Who may write to a view may do so, as in PostgreSQL; what is below it is still spoken of by what blocks and what asks.</summary>
public class ViewWriteTests
{
    private const string Rules = """
          - { name: read, roles: [agent], targets: [shop], allow: { verbs: [select], objects: ["public.*"] } }
          - { name: through, roles: [agent], targets: [shop], allow: { verbs: [insert, update, delete], objects: ["public.*list"] } }
        """;

    private const string Kept = Rules + "\n  - { name: kept, roles: [\"*\"], targets: [\"*\"], block: { verbs: [delete, update, insert], objects: [public.customers] } }";

    private const string Script = RealGateRig.Script + """
        create view outer_list as select id, name from customer_list where id > 0;
        create view served_list as select c.id, o.total from customers c join orders o on o.customer = c.id;
        create function serve() returns trigger language plpgsql as 'begin delete from public.customers where id = old.id; return old; end';
        create trigger serves instead of delete on served_list for each row execute function serve();
        create view ruled_list as select 1 as id;
        create rule r as on delete to ruled_list do instead delete from customers where id = old.id;
        """;

    public static TheoryData<string> Writes => ["delete from customer_list where id = 1", "delete from outer_list where id = 2", "delete from served_list where id = 3", "update outer_list set name = 'x' where id = 4", "insert into outer_list values (99, 'x')", "delete from ruled_list where id = 1"];

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_rule_for_the_view_suffices_and_a_block_on_the_table_below_is_kept(string sql)
    {
        await using var rig = await RealGateRig.StartAsync(Kept, Script);
        await using var client = await rig.Gateway.ConnectAsync();
        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:42501", "Z:I"]);
        rig.Activate(Rules, 2);
        await client.QueryAsync(sql);
        (await client.ReadUntilAsync('Z')).ShouldContain(message => message.StartsWith("C:", StringComparison.Ordinal));
    }
}
