using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Hostile;

/// <summary>What servers say: answers that fit a request, and everything else that a server may say, whether it fits or not.</summary>
internal static class TargetTalk
{
    private static readonly PostgresColumn[] Columns = [new("id", 16_384, 1, 23, 4, -1, 0), new("name", 16_384, 2, 25, -1, -1, 0)];

    public static byte[] LogIn(int processId) => Noise.Written(output =>
    {
        Authentication.Write(output, AuthenticationKind.Ok);
        new ParameterStatus("client_encoding", "UTF8").Write(output);
        new ParameterStatus("standard_conforming_strings", "on").Write(output);
        new BackendKeyData(processId, [1, 2, 3, 4]).Write(output);
        ReadyForQuery.Write(output, ReadyForQuery.Idle);
    });

    /// <summary>The answer to one message of the client's, as a server that is well gives it.</summary>
    public static List<byte[]> Answer(char type, string text, int rows = 2)
    {
        List<byte[]> said = [];
        switch (type)
        {
            case 'Q':
                said.AddRange([Description(), .. Rows(rows), Complete($"SELECT {rows}"), Ready()]);
                break;
            case 'P': said.Add(Noise.Frame('1')); break;
            case 'B': said.Add(Noise.Frame('2')); break;
            case 'C': said.Add(Noise.Frame('3')); break;
            case 'D' when text.StartsWith('S'): said.AddRange([Noise.Frame('t', [0, 0]), Description()]); break;
            case 'D': said.Add(Description()); break;
            case 'E' when text.Contains("-names", StringComparison.Ordinal): said.AddRange([Schema("pg_catalog", "1"), Schema("public", "2"), Complete("SELECT 2")]); break;
            case 'E': said.AddRange([.. Rows(rows), Complete($"SELECT {rows}")]); break;
            case 'S': said.Add(Ready()); break;
        }

        return said;
    }

    /// <summary>Something that a server says now and then, at a moment when it may not.</summary>
    public static byte[] Unasked(Noise noise) => noise.Random.Next(22) switch
    {
        0 => Noise.Frame('R', [0, 0, 0, (byte)noise.Random.Next(13)]),
        1 => Ready(),
        2 => Noise.Frame('Z', (byte)noise.Random.Next(256)),
        3 => Noise.Frame('E', "SERROR\0C42501\0Mno terminator\0"u8),
        4 => Noise.Frame('E', "SFATAL\0VFATAL\0C57P01\0Mbye\0\0"u8),
        5 => Noise.Frame('E', "SERROR\0VERROR\0C22P02\0Minvalid input \"900-45-0007\"\0\0"u8),
        6 => Noise.Written(output => new ParameterStatus("client_encoding", "SJIS").Write(output)),
        7 => Noise.Written(output => new ParameterStatus("x", new string('y', noise.Random.Next(2000))).Write(output)),
        8 => Noise.Frame('A', "\0\0\0\u0001channel\0payload\0"u8),
        9 => Noise.Frame('K', [0, 0, 0, 1, 9, 9, 9, 9]),
        10 => Noise.Frame('v', [0, 3, 0, 0, 0, 0, 0, 0]),
        11 => Noise.Frame('W', [0, 0, 1, 0, 0]),
        12 => Noise.Frame('G', [0, 0, 1, 0, 0]),
        13 => Noise.Frame('H', [0, 0xFF, 0xFF]),
        14 => Noise.Frame('d', noise.Bytes(200)),
        15 => Noise.Frame('c'),
        16 => Noise.Frame('D', [0xFF, 0xFF, 0, 0, 0, 1]),
        17 => Noise.Frame('D', [0, 2, 0x7F, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0]),
        18 => ManyColumns(),
        19 => Noise.Frame('N', "SNOTICE\0VNOTICE\0C00000\0Mhello\0\0"u8),
        20 => Noise.Frame('t', [0xFF, 0xFF]),
        _ => noise.Anything(),
    };

    /// <summary>What a server may say at any time.</summary>
    public static byte[] Harmless(Noise noise) => noise.Random.Next(3) switch
    {
        0 => Noise.Frame('N', "SNOTICE\0VNOTICE\0C00000\0Mhello\0\0"u8),
        1 => Noise.Frame('A', "\0\0\0\u0001channel\0payload\0"u8),
        _ => Noise.Written(output => new ParameterStatus("application_name", $"{noise.Random.Next()}").Write(output)),
    };

    private static byte[] ManyColumns() => Noise.Written(output => RowDescription.Write(output, [.. Enumerable.Repeat(new PostgresColumn("", 0, 0, 25, -1, -1, 0), 65_535)]));

    private static byte[] Description() => Noise.Written(output => RowDescription.Write(output, Columns));

    private static IEnumerable<byte[]> Rows(int count) => Enumerable.Range(0, count).Select(i => Noise.Written(output => DataRow.Write(output, $"{i}", $"name {i}")));

    private static byte[] Schema(string name, string oid) => Noise.Written(output => DataRow.Write(output, "s", name, oid));

    private static byte[] Complete(string tag) => Noise.Written(output => CommandComplete.Write(output, tag));

    private static byte[] Ready() => Noise.Frame('Z', (byte)'I');
}
