using System.Buffers.Binary;
using System.Text;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>Values in binary, as approvers see them.</summary>
public sealed class BindValueTextTests
{
    /// <summary>Whatever the server sends in binary is shown as the server writes it.</summary>
    [Theory]
    [InlineData("array[1,-2,null]::int4[]", 1007u)]
    [InlineData("array[[1,2],[3,4]]::int8[]", 1016u)]
    [InlineData("array['a','b c','',null,'null','x\"y\\z','{1,2}']::text[]", 1009u)]
    [InlineData("'{}'::text[]", 1009u)]
    [InlineData("array['2026-01-02','infinity']::date[]", 1182u)]
    [InlineData("array[1.50,-20000.0001]::numeric[]", 1231u)]
    [InlineData("'infinity'::date", 1082u)]
    [InlineData("'-infinity'::timestamp", 1114u)]
    [InlineData("'13:14:15.25'::time", 1083u)]
    [InlineData("'\\x0102'::bytea", 17u)]
    public async Task It_is_what_the_server_would_write(string expression, uint type)
    {
        var server = await PostgresServer.SharedAsync();
        await using var connection = new NpgsqlConnection(server.ConnectionString(await server.CreateDatabaseAsync()));
        await connection.OpenAsync();
        string text;
        await using (var written = new NpgsqlCommand($"select ({expression})::text", connection)) text = (string)(await written.ExecuteScalarAsync())!;
        var sent = new MemoryStream();
        await using (var copied = await connection.BeginRawBinaryCopyAsync($"copy (select {expression}) to stdout (format binary)")) await copied.CopyToAsync(sent);
        var length = BinaryPrimitives.ReadInt32BigEndian(sent.ToArray().AsSpan(21));
        BindValueText.Render(sent.ToArray().AsSpan(25, length), binary: true, type).ShouldBe(text);
    }

    [Theory]
    [InlineData(0u, "(3 bytes of a type that was not said: \\x616263)")]
    [InlineData(600u, "(3 bytes of type 600: \\x616263)")]
    [InlineData(1007u, "(3 bytes of type 1007: \\x616263)")]
    [InlineData(17u, "\\x616263")]
    [InlineData(25u, "abc")]
    public void Bytes_that_nobody_can_read_say_so(uint type, string shown) => Of("abc"u8.ToArray(), type).ShouldBe(shown);

    /// <summary>An approval of a text is none of the bytes that it looks like.</summary>
    [Fact]
    public void A_text_is_no_bytes() => Of(Encoding.UTF8.GetBytes("\\x616263"), 25).ShouldNotBe(Of("abc"u8.ToArray(), 0));

    [Fact]
    public void Any_bytes_are_shown_somehow()
    {
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var value = new byte[random.Next(60)];
            random.NextBytes(value);
            if (value.Length > 24) value.AsSpan(0, 16).Clear();
            if (value.Length > 24 && i % 2 == 0) (value[3], value[11], value[15], value[19]) = (1, 23, (byte)random.Next(4), 1);
            Of(value, i % 3 == 0 ? 1007u : 1186u).ShouldNotBeNull();
        }
    }

    private static string? Of(byte[] value, uint type)
    {
        // No names, one format (binary), one value, no formats of results.
        byte[] body = [0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, (byte)value.Length, .. value, 0, 0];
        return BindValueText.Of(Wire.Postgres.Messages.Bind.Read(body), [type])[0];
    }
}
