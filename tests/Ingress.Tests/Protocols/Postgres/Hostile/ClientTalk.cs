using System.Buffers;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Hostile;

/// <summary>What clients say, right in itself: simple and extended protocol, COPY, fast-path calls, in any order.</summary>
internal static class ClientTalk
{
    private static readonly string[] Statements =
    [
        "select id, name from customers where id < 5", "select ssn from customers where id = 7", "select 1; select 2", "", "drop table orders", "select pg_sleep(0)",
        "copy customers to stdout", "copy (select 1) to stdout with (format binary)", "copy orders from stdin", "begin", "commit", "rollback", "savepoint s", "select $1::int",
        "select * from orders where id = $1", "insert into orders values (-1, 1, 1)", "declare c cursor for select ssn from customers", "fetch 3 from c", "deallocate all",
        "discard all", "set client_encoding to latin1", "listen x", "notify x, 'y'", "prepare p as select 1", "execute p", "select '", "select 1/0", "\u00e9\u2603", "do $$begin end$$",
    ];

    private static readonly string[] Names = ["", "", "", "s1", "s2", "hoop-refused-0"];

    public static List<byte[]> Conversation(Noise noise, int messages)
    {
        var said = new List<byte[]>();
        while (said.Count < messages) AddRequest(noise, said);
        return said;
    }

    private static void AddRequest(Noise noise, List<byte[]> said)
    {
        switch (noise.Random.Next(14))
        {
            case < 3: said.Add(Query(noise.Any(Statements))); break;
            case < 9: AddExtended(noise, said); break;
            case 9: said.Add(Noise.Frame('S')); break;
            case 10: said.Add(Noise.Frame('H')); break;
            case 11: said.Add(Noise.Frame('F', [0, 0, 4, 0, 0, 0, 0, 0, 0, 0])); break;
            case 12:
                said.Add(Noise.Frame('d', noise.Bytes(2000)));
                said.Add(Noise.Frame(noise.Random.Next(2) == 0 ? 'c' : 'f', "no\0"u8));
                break;
            default:
                if (noise.Random.Next(10) == 0) said.Add(ManyParameters(noise));
                break;
        }
    }

    public static byte[] Query(string sql) => Noise.Written(output => output.WriteStringMessage(FrontendType.Query, sql));

    public static byte[] Extended(string sql) => Noise.Written(output =>
    {
        Parse.Write(output, "", sql);
        Bind.WriteText(output, "", "", []);
        Execute.Write(output, "");
        output.WriteEmpty(FrontendType.Sync);
    });

    private static void AddExtended(Noise noise, List<byte[]> said)
    {
        var (statement, portal, sql) = (noise.Any(Names), noise.Any(Names), noise.Any(Statements));
        if (noise.Random.Next(5) > 0) said.Add(Noise.Written(output => Parse.Write(output, statement, sql)));
        if (noise.Random.Next(4) == 0) said.Add(Described('D', 'S', statement));
        if (noise.Random.Next(5) > 0) said.Add(Noise.Written(output => Bind.WriteText(output, portal, statement, sql.Contains("$1") ? ["1"] : [])));
        if (noise.Random.Next(3) == 0) said.Add(Described('D', 'P', portal));
        said.Add(Noise.Written(output => Execute.Write(output, portal)));
        if (noise.Random.Next(4) == 0) said.Add(Described('C', noise.Random.Next(2) == 0 ? 'S' : 'P', portal));
        if (noise.Random.Next(4) > 0) said.Add(Noise.Frame('S'));
    }

    private static byte[] Described(char type, char kind, string name) => Noise.Written(output =>
    {
        output.WriteHeader((byte)type, 1 + PostgresWriter.CStringLength(name));
        output.WriteByte((byte)kind);
        output.WriteCString(name);
    });

    /// <summary>A Bind whose counts may lie: up to 65,535 formats, values and result formats.</summary>
    private static byte[] ManyParameters(Noise noise)
    {
        int[] counts = [0, 1, 2, 3, 65_535];
        var (formats, values, results) = (noise.Any(counts), noise.Any(counts), noise.Any(counts));
        return Noise.Written(output =>
        {
            var lying = noise.Random.Next(3) == 0 ? noise.Any(counts) : values;
            output.WriteHeader(FrontendType.Bind, 2 + 2 + formats * 2 + 2 + lying * 4 + 2 + results * 2);
            output.Write("\0\0"u8);
            output.WriteInt16((short)formats);
            output.Write(new byte[formats * 2]);
            output.WriteInt16((short)values);
            output.Write(Enumerable.Repeat((byte)0xFF, lying * 4).ToArray());
            output.WriteInt16((short)results);
            output.Write(new byte[results * 2]);
        });
    }
}
