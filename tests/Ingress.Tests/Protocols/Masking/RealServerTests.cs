using System.Buffers;
using System.Text;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Protocols.Postgres.Masking.Copy;
using Hoop.Ingress.Protocols.Postgres.Masking.Values;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Tests.Protocols.Masking.TestMasks;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>PostgreSQL itself says whether what we write is a value of its types.</summary>
public sealed class RealServerTests
{
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0\0\0\0\0\0\0\0\0"u8];

    // Arrays of pseudo-types cannot be columns.
    private static readonly uint[] Types = [.. NeutralValues.Types.Where(oid => oid is not (PostgresTypes.RecordArray or 1263))];

    [Fact]
    public async Task The_server_reads_every_neutral_value_in_text_and_binary_as_the_same()
    {
        var server = await PostgresServer.SharedAsync();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(await server.CreateDatabaseAsync()));
        await using var connection = await source.OpenConnectionAsync();
        foreach (var oid in Types)
        {
            var type = (string)(await Scalar(connection, $"select format_type({oid}, null)"))!;
            await Execute(connection, $"create temp table probe (value {type})");
            await using (var copy = await connection.BeginRawBinaryCopyAsync("copy probe from stdin (format binary)"))
                await copy.WriteAsync((byte[])[.. Header, .. Row(NeutralValues.For(oid, 1)), 0xFF, 0xFF]);
            var text = Encoding.ASCII.GetString(NeutralValues.For(oid, 0)!);
            (await Scalar(connection, "select format('%s', value) from probe")).ShouldBe(text, type);
            (await Scalar(connection, $"select format('%s', '{text}'::{type})")).ShouldBe(text, type);
            await Execute(connection, "drop table probe");
        }
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("(format csv)", false)]
    [InlineData("(format csv, header, delimiter ';', quote '''', escape '\\', null 'nil', force_quote *)", false)]
    [InlineData("(delimiter '|', null 'NULL')", false)]
    [InlineData("(format binary)", true)]
    public async Task A_masked_copy_can_be_read_back(string options, bool binary)
    {
        var server = await PostgresServer.SharedAsync();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(await server.CreateDatabaseAsync()));
        await using var connection = await source.OpenConnectionAsync();
        await Execute(connection, """
            create table people (id int, ssn text, note text, born date, doc jsonb, tags text[]);
            insert into people select i, '123-45-' || (6000 + i),
                (array['plain', 'mail ana@example.com', E'tab\t "quote" ''single'' ; | \\ line\nbreak', null, '', '-', 'nil'])[1 + i % 7],
                '1980-01-01', '{"card": 4111111111111111, "s": "a\"b"}', '{ana@example.com,"x, y",NULL}' from generate_series(1, 500) i;
            create table back (like people);
            """);
        MaskedField[] fields =
        [
            new("id", 23, 0, null), new("ssn", 25, 0, Partial), new("note", 25, 0, null), new("born", 1082, 0, Redact),
            new("doc", 3802, 0, null), new("tags", 1009, 0, null),
        ];
        var masker = PostgresCopyMasker.Create(FormatOf(options), fields, Detectors)!;
        var masked = await CopyOut(connection, $"copy people to stdout {options}", masker, binary);
        await CopyIn(connection, $"copy back from stdin {ForInput(options)}", masked, binary);

        (await Scalar(connection, "select count(*) from back where ssn like '***-**-6%' and born = '2000-01-01' and doc = '{\"card\": \"***\", \"s\": \"a\\\"b\"}' and tags = '{***,\"x, y\",NULL}'")).ShouldBe(500L);
        (await Scalar(connection, "select count(*) from people p join back b using (id) where p.note is distinct from b.note and b.note is distinct from 'mail ***'")).ShouldBe(0L);
    }

    private static CopyFormat FormatOf(string options) => options switch
    {
        "" => CopyFormat.Text,
        "(format csv)" => CopyFormat.From([new("format", "csv")]),
        "(format binary)" => CopyFormat.From([new("format", "binary")]),
        "(delimiter '|', null 'NULL')" => CopyFormat.From([new("delimiter", "|"), new("null", "NULL")]),
        _ => CopyFormat.From([new("format", "csv"), new("header", null), new("delimiter", ";"), new("quote", "'"), new("escape", "\\"), new("null", "nil"), new("force_quote", null)]),
    };

    private static string ForInput(string options) => options.Replace(", force_quote *", "", StringComparison.Ordinal);

    /// <summary>The raw data of a COPY, through the masker in pieces of odd sizes.</summary>
    private static async Task<byte[]> CopyOut(NpgsqlConnection connection, string statement, PostgresCopyMasker masker, bool binary)
    {
        var data = new MemoryStream();
        if (binary)
        {
            await using var copy = await connection.BeginRawBinaryCopyAsync(statement);
            await copy.CopyToAsync(data);
        }
        else
        {
            using var copy = await connection.BeginTextExportAsync(statement);
            data.Write(Utf8(await copy.ReadToEndAsync()));
        }
        var output = new ArrayBufferWriter<byte>();
        List<byte> content = [];
        foreach (var piece in data.ToArray().Chunk(37))
        {
            output.ResetWrittenCount();
            if (masker.TryRewrite(piece, output))
                for (var rest = output.WrittenMemory; rest.Length > 0; rest = rest[(1 + Length(rest))..])
                    content.AddRange(rest[5..(1 + Length(rest))].Span);
            else
                content.AddRange(piece);
        }
        masker.Complete();
        return [.. content];
    }

    private static async Task CopyIn(NpgsqlConnection connection, string statement, byte[] data, bool binary)
    {
        if (binary)
        {
            await using var copy = await connection.BeginRawBinaryCopyAsync(statement);
            await copy.WriteAsync(data);
            return;
        }
        await using var text = await connection.BeginTextImportAsync(statement);
        await text.WriteAsync(Encoding.UTF8.GetString(data));
    }

    private static int Length(ReadOnlyMemory<byte> message) => System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(message.Span[1..]);

    private static async Task<object?> Scalar(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
