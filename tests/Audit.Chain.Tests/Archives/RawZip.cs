using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Hoop.Audit.Chain.Tests.Archives;

/// <summary>A zip taken apart to its headers, for edits that no library makes.</summary>
internal sealed class RawZip
{
    public List<Entry> Entries { get; } = [];
    public byte[] Before { get; set; } = [];
    public byte[] BeforeDirectory { get; set; } = [];
    public byte[] Comment { get; set; } = [];
    public byte[] Behind { get; set; } = [];

    public sealed class Entry
    {
        public required byte[] Local { get; set; }
        public required byte[] Data { get; set; }
        public required byte[] Central { get; set; }

        /// <summary>Bytes between this file and the next.</summary>
        public byte[] Behind { get; set; } = [];

        public string Name => Encoding.UTF8.GetString(Central, 46, BinaryPrimitives.ReadUInt16LittleEndian(Central.AsSpan(28)));

        /// <summary>In both headers, the fields at these places.</summary>
        public void Set(int atLocal, int atCentral, uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(Local.AsSpan(atLocal), value);
            BinaryPrimitives.WriteUInt32LittleEndian(Central.AsSpan(atCentral), value);
        }

        public void SetCrc(uint value) => Set(14, 16, value);
        public void SetCompressed(int value) => Set(18, 20, (uint)value);
        public void SetLength(int value) => Set(22, 24, (uint)value);

        /// <summary>Other data that is compressed, with whatever the headers say.</summary>
        public void Replace(byte[] compressed)
        {
            Data = compressed;
            SetCompressed(compressed.Length);
        }
    }

    public static RawZip Read(byte[] zip)
    {
        var raw = new RawZip();
        var at = (int)BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(zip.Length - 6));
        while (zip[at + 2] == 1)
        {
            var length = 46 + BinaryPrimitives.ReadUInt16LittleEndian(zip.AsSpan(at + 28));
            var (size, offset) = ((int)BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(at + 20)), (int)BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(at + 42)));
            var header = length - 46 + 30;
            raw.Entries.Add(new Entry { Central = zip[at..(at + length)], Local = zip[offset..(offset + header)], Data = zip[(offset + header)..(offset + header + size)] });
            at += length;
        }

        return raw;
    }

    public Entry this[string name] => Entries.Single(e => e.Name == name);

    /// <summary>With offsets that are right, whatever else is not.</summary>
    public byte[] ToBytes()
    {
        var bytes = new List<byte>(Before);
        foreach (var entry in Entries)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entry.Central.AsSpan(42), (uint)bytes.Count);
            bytes.AddRange([.. entry.Local, .. entry.Data, .. entry.Behind]);
        }

        bytes.AddRange(BeforeDirectory);
        var end = new byte[22];
        "PK\u0005\u0006"u8.CopyTo(end);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)Entries.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)Entries.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)Entries.Sum(e => e.Central.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), (uint)bytes.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(20), (ushort)Comment.Length);
        return [.. bytes, .. Entries.SelectMany(e => e.Central), .. end, .. Comment, .. Behind];
    }

    public static byte[] Deflate(byte[] plain)
    {
        using var bytes = new MemoryStream();
        using (var deflate = new DeflateStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(plain);
        return bytes.ToArray();
    }
}
