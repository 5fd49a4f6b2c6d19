namespace Hoop.Audit.Chain.Archives;

/// <summary>The checksum of a file in a zip (APPNOTE 4.4.7): eight bytes at a time.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = Build();

    /// <param name="crc">Of what came before; 0 for the first bytes.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var c = ~crc;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            c ^= bytes[0] | (uint)bytes[1] << 8 | (uint)bytes[2] << 16 | (uint)bytes[3] << 24;
            c = Tables[7][c & 0xFF] ^ Tables[6][c >> 8 & 0xFF] ^ Tables[5][c >> 16 & 0xFF] ^ Tables[4][c >> 24]
                ^ Tables[3][bytes[4]] ^ Tables[2][bytes[5]] ^ Tables[1][bytes[6]] ^ Tables[0][bytes[7]];
        }

        foreach (var b in bytes)
            c = Tables[0][(c ^ b) & 0xFF] ^ c >> 8;
        return ~c;
    }

    private static uint[][] Build()
    {
        var tables = Enumerable.Range(0, 8).Select(_ => new uint[256]).ToArray();
        for (var i = 0u; i < 256; i++)
        {
            var c = i;
            for (var bit = 0; bit < 8; bit++)
                c = (c & 1) == 1 ? 0xEDB88320 ^ c >> 1 : c >> 1;
            tables[0][i] = c;
        }

        for (var table = 1; table < 8; table++)
            for (var i = 0; i < 256; i++)
                tables[table][i] = tables[0][tables[table - 1][i] & 0xFF] ^ tables[table - 1][i] >> 8;
        return tables;
    }
}
