using System.Buffers.Binary;
using System.Text;

namespace Hoop.Audit.Chain.Archives;

/// <summary>
/// The headers of a zip (APPNOTE 4.3) as <see cref="ArchiveWriter"/> makes them. What is read is written again and must give the same bytes, so that no field
/// can say to one program what it does not say to another.
/// </summary>
internal static class ZipHeaders
{
    public const int LocalLength = 30, CentralLength = 46, EndLength = 22, LocatorLength = 20, End64Length = 56;
    private const int Extra64Length = 12;
    private const ushort Utf8Names = 0x0800, LevelBits = 0x0006;
    private const ushort Stored = 0, Deflated = 8;

    public static ReadOnlySpan<byte> LocalStart => "PK\u0003\u0004"u8;
    public static ReadOnlySpan<byte> CentralStart => "PK\u0001\u0002"u8;
    public static ReadOnlySpan<byte> EndStart => "PK\u0005\u0006"u8;
    private static ReadOnlySpan<byte> End64Start => "PK\u0006\u0006"u8;
    private static ReadOnlySpan<byte> LocatorStart => "PK\u0006\u0007"u8;

    /// <summary>How long the entry is that begins here.</summary>
    public static int CentralLengthOf(ReadOnlySpan<byte> central) =>
        CentralLength + Short(central, 28) + Short(central, 30) + Short(central, 32);

    /// <summary>The name in an entry of the directory, as far as it is one; for messages.</summary>
    public static string NameOf(ReadOnlySpan<byte> central) => Encoding.UTF8.GetString(central.Slice(CentralLength, Short(central, 28)));

    /// <summary>Null unless the entry has the one form that it may have.</summary>
    public static ZipFile? Read(ReadOnlySpan<byte> central)
    {
        var name = NameOf(central);
        var far = Int(central, 42) == uint.MaxValue;
        if (far && (Short(central, 30) != Extra64Length || Short(central, 32) != 0))
            return null;
        var file = new ZipFile(
            name, Short(central, 6), Short(central, 8), Short(central, 10) == Deflated, Int(central, 12), Int(central, 16), Int(central, 20), Int(central, 24),
            far ? (long)BinaryPrimitives.ReadUInt64LittleEndian(central[^8..]) : Int(central, 42), MadeOnUnix: central[5] == 3);
        return IsPlausible(file) && IsPath(name) && central.SequenceEqual(Central(file)) ? file : null;
    }

    /// <summary>What stands before the file's data.</summary>
    public static byte[] Local(ZipFile file)
    {
        var name = Encoding.UTF8.GetBytes(file.Name);
        var local = new byte[LocalLength + name.Length];
        LocalStart.CopyTo(local);
        Put(local, 4, (ushort)20);
        PutShared(local, 6, file, name);
        name.CopyTo(local, LocalLength);
        return local;
    }

    /// <summary>What stands after the directory of so many entries.</summary>
    /// <param name="start">Where the directory begins.</param>
    public static byte[] End(long count, long start, long length)
    {
        var end = new byte[EndLength];
        EndStart.CopyTo(end);
        Put(end, 8, (ushort)Math.Min(count, ushort.MaxValue));
        Put(end, 10, (ushort)Math.Min(count, ushort.MaxValue));
        Put(end, 12, (uint)Math.Min(length, uint.MaxValue));
        Put(end, 16, (uint)Math.Min(start, uint.MaxValue));
        return count < ushort.MaxValue && start < uint.MaxValue && length < uint.MaxValue ? end : [.. End64(count, start, length), .. end];
    }

    /// <summary>Where the directory begins and how many entries it has, as the end of the file says it.</summary>
    /// <param name="tail">The last bytes, <see cref="End"/>'s longest form at most.</param>
    public static (long Count, long Start) ReadEnd(ReadOnlySpan<byte> tail)
    {
        var end = tail[^EndLength..];
        var (count, start) = (Short(end, 10), Int(end, 16));
        if (count != ushort.MaxValue && start != uint.MaxValue || tail.Length < End64Length + LocatorLength + EndLength)
            return (count, start);
        var end64 = tail[^(End64Length + LocatorLength + EndLength)..];
        return (BinaryPrimitives.ReadInt64LittleEndian(end64[32..]), BinaryPrimitives.ReadInt64LittleEndian(end64[48..]));
    }

    private static byte[] End64(long count, long start, long length)
    {
        var end = new byte[End64Length + LocatorLength];
        End64Start.CopyTo(end);
        Put(end, 4, End64Length - 12L);
        Put(end, 12, (ushort)45);
        Put(end, 14, (ushort)45);
        Put(end, 24, count);
        Put(end, 32, count);
        Put(end, 40, length);
        Put(end, 48, start);
        LocatorStart.CopyTo(end.AsSpan(End64Length));
        Put(end, End64Length + 8, start + length);
        Put(end, End64Length + 16, 1u);
        return end;
    }

    private static byte[] Central(ZipFile file)
    {
        var name = Encoding.UTF8.GetBytes(file.Name);
        var far = file.Offset >= uint.MaxValue;
        var central = new byte[CentralLength + name.Length + (far ? Extra64Length : 0)];
        CentralStart.CopyTo(central);
        central[4] = (byte)file.Needs;
        central[5] = (byte)(file.MadeOnUnix ? 3 : 0);
        Put(central, 6, file.Needs);
        PutShared(central, 8, file, name);
        Put(central, 38, file.MadeOnUnix ? 0x81A40000 : 0u);   // A plain file that its owner may write and all may read.
        Put(central, 42, (uint)Math.Min(file.Offset, uint.MaxValue));
        name.CopyTo(central, CentralLength);
        if (far)
        {
            Put(central, 30, (ushort)Extra64Length);
            Put(central, central.Length - 12, (ushort)1);
            Put(central, central.Length - 10, (ushort)8);
            Put(central, central.Length - 8, file.Offset);
        }

        return central;
    }

    /// <summary>The fields from the flags to the name's length, which both headers of a file have.</summary>
    private static void PutShared(byte[] header, int at, ZipFile file, byte[] name)
    {
        Put(header, at, file.Flags);
        Put(header, at + 2, file.IsDeflated ? Deflated : Stored);
        Put(header, at + 4, file.ModifiedAt);
        Put(header, at + 8, file.Crc);
        Put(header, at + 12, (uint)file.Compressed);
        Put(header, at + 16, (uint)file.Length);
        Put(header, at + 20, (ushort)name.Length);
    }

    // No encryption, no lengths after the data, no patches: the hint how hard it was compressed, and whether the name is more than ASCII.
    private static bool IsPlausible(ZipFile file) =>
        (file.Flags & ~(Utf8Names | LevelBits)) == 0 && (file.Flags & Utf8Names) != 0 == file.Name.Any(c => c > 127)
        && file.Needs == (file.Offset >= uint.MaxValue ? 45 : 20) && (file.IsDeflated || file.Compressed == file.Length)
        && file.Compressed < uint.MaxValue && file.Length < uint.MaxValue && file.Offset >= 0;

    private static bool IsPath(string name) =>
        name.Split('/').All(part => part is not ("" or "." or "..")) && !name.Any(c => char.IsControl(c) || c is '\\' or ':');

    private static ushort Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
    private static uint Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
    private static void Put(byte[] bytes, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), value);
    private static void Put(byte[] bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
    private static void Put(byte[] bytes, int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), value);
}

/// <summary>A file of a zip, as its entry in the directory says it.</summary>
/// <param name="Needs">Version of the format, 20 or 45.</param>
/// <param name="ModifiedAt">Date and time as MS-DOS has them. Nothing is signed over it.</param>
/// <param name="Compressed">Bytes in the zip.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Offset">Of its local header.</param>
internal sealed record ZipFile(string Name, ushort Needs, ushort Flags, bool IsDeflated, uint ModifiedAt, uint Crc, long Compressed, long Length, long Offset, bool MadeOnUnix)
{
    public long DataStart => Offset + ZipHeaders.LocalLength + Encoding.UTF8.GetByteCount(Name);
    public long DataEnd => DataStart + Compressed;
}
