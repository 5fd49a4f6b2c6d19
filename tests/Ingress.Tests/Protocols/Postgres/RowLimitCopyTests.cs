using Hoop.Ingress.Wire.Postgres;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Tests.Protocols.Postgres.RowLimitRig;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

public class RowLimitCopyTests
{
    [Theory]
    [InlineData("copy t to stdout")]
    [InlineData("copy t to stdout (format csv, header)")]
    [InlineData("copy t to stdout (format binary)")]
    public async Task A_copy_out_stops_at_its_limit(string sql)
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        var seen = await client.AskAsync(sql);
        seen.Count(message => message[0] == 'd').ShouldBe(sql.Contains("header", StringComparison.Ordinal) ? 11 : 10);
        seen[^2..].ShouldBe([$"E:{Over}", "Z:I"]);
        await client.AskAsync("delete from t where id <= 10");
        seen = await client.AskAsync(sql);
        seen[^3..].ShouldBe(["c", "C:COPY 10", "Z:I"]);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(11, false)]
    [InlineData(10, true)]
    [InlineData(11, true)]
    public async Task A_copy_in_is_kept_to_its_limit(int rows, bool extended)
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.SendAsync(output =>
        {
            if (extended)
            {
                WriteExecute(output, "copy log from stdin");
                output.WriteEmpty(FrontendType.Sync);
            }
            else
            {
                output.WriteStringMessage(FrontendType.Query, "copy log from stdin");
            }
        });
        if (!extended) (await client.ReadUntilAsync('G')).ShouldBe(["G"]);
        await client.SendAsync(output =>
        {
            for (var i = 0; i < rows; i++) output.WriteMessage(FrontendType.CopyData, "1\n"u8);
            output.WriteEmpty(FrontendType.CopyDone);
            if (extended) output.WriteEmpty(FrontendType.Sync);
        });
        (await client.ReadUntilAsync('Z'))[^2..].ShouldBe(rows > 10 ? [$"E:{Over}", "Z:I"] : ["C:COPY 10", "Z:I"]);
        (await CountAsync(rig, "count(*) from log")).ShouldBe(rows > 10 ? 0 : 10);
    }

    [Fact]
    public async Task A_copy_in_that_fails_half_way_is_answered_without_the_clients_doing()
    {
        await using var rig = await StartAsync();
        await using var client = await rig.ConnectAsync();
        await client.QueryAsync("copy log from stdin");
        await client.ReadUntilAsync('G');
        await client.SendAsync(output => output.WriteMessage(FrontendType.CopyData, "not a number\n"u8));
        (await client.ReadUntilAsync('Z')).ShouldBe(["E:22P02", "Z:I"]);
        (await client.AskAsync("select 1")).ShouldContain("D:1");
    }

    [Fact]
    public async Task The_client_that_leaves_during_its_copy_leaves_nothing()
    {
        await using var rig = await StartAsync();
        await using (var client = await rig.ConnectAsync())
        {
            await client.QueryAsync("copy log from stdin");
            await client.ReadUntilAsync('G');
            await client.SendAsync(output => output.WriteMessage(FrontendType.CopyData, "1\n"u8));
        }

        await rig.Gate.Ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
        (await CountAsync(rig, "count(*) from log")).ShouldBe(0);
        rig.Gate.Completed.ShouldHaveSingleItem().Result.Succeeded.ShouldBeFalse();
    }
}
