namespace Hoop.Audit.Chain.Archives;

/// <summary>
/// Reads a zip that has exactly the layout of <see cref="ArchiveWriter"/>'s: one file behind the other from the first byte on, the directory, its end, and nothing
/// else. Programs disagree about every other zip, and what one of them shows another would not have checked.
/// </summary>
internal sealed class StrictZip
{
    private const int MostDirectory = 64 * 1024 * 1024;
    private const int LongestEnd = ZipHeaders.End64Length + ZipHeaders.LocatorLength + ZipHeaders.EndLength;

    private readonly Stream zip;
    private readonly Dictionary<string, ZipFile> byName = new(StringComparer.Ordinal);

    private StrictZip(Stream zip, IReadOnlyList<ZipFile> files)
    {
        (this.zip, Files) = (zip, files);
        foreach (var file in files)
            if (!byName.TryAdd(file.Name, file))
                throw new InvalidDataException($"{file.Name} was added: it is there {files.Count(f => f.Name == file.Name)} times");
    }

    /// <summary>In their order.</summary>
    public IReadOnlyList<ZipFile> Files { get; }

    public ZipFile? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The content. Reading to its end checks that it is as long as the headers say, and has their checksum; else <see cref="InvalidDataException"/>.</summary>
    public Stream Open(ZipFile file) => new CheckedFileStream(zip, file);

    /// <param name="zip">Seekable; stays open.</param>
    /// <exception cref="InvalidDataException">It is no zip, or not as Hoop writes it; the message says what is wrong, and where.</exception>
    public static async Task<StrictZip> ReadAsync(Stream zip, CancellationToken cancel)
    {
        var tail = new byte[Math.Min(zip.Length, LongestEnd)];
        await ReadAsync(zip, zip.Length - tail.Length, tail, cancel);
        if (tail.Length < ZipHeaders.EndLength || !tail.AsSpan(tail.Length - ZipHeaders.EndLength).StartsWith(ZipHeaders.EndStart))
            throw new InvalidDataException(await NoEndAsync(zip, cancel));
        var (count, start) = ZipHeaders.ReadEnd(tail);
        var length = zip.Length - start - ZipHeaders.End(count, start, 0).Length;
        if (count < 0 || start < 0 || length < 0 || !tail.AsSpan().EndsWith(ZipHeaders.End(count, start, length)))
            throw new InvalidDataException("the end of the archive was changed: it does not say where the directory stands that is right before it, or has a comment");
        if (length > MostDirectory)
            throw new InvalidDataException("the archive's directory is larger than any that Hoop writes");
        var directory = new byte[length];
        await ReadAsync(zip, start, directory, cancel);
        var files = Directory(directory, count);
        await CheckPlacesAsync(zip, files, start, cancel);
        return new StrictZip(zip, files);
    }

    private static List<ZipFile> Directory(ReadOnlySpan<byte> directory, long count)
    {
        var files = new List<ZipFile>();
        for (var rest = directory; !rest.IsEmpty;)
        {
            if (rest.Length < ZipHeaders.CentralLength || !rest.StartsWith(ZipHeaders.CentralStart) || rest.Length < ZipHeaders.CentralLengthOf(rest))
                throw new InvalidDataException($"the archive's directory was changed behind its {files.Count} first entries: what stands there is no entry");
            var entry = rest[..ZipHeaders.CentralLengthOf(rest)];
            files.Add(ZipHeaders.Read(entry) ?? throw new InvalidDataException($"{ZipHeaders.NameOf(entry)} was changed: its entry in the archive's directory is not one as Hoop writes it"));
            rest = rest[entry.Length..];
        }

        return files.Count == count ? files : throw new InvalidDataException($"the archive's directory was changed: it has {files.Count} entries, and the end of the archive says {count}");
    }

    private static async Task CheckPlacesAsync(Stream zip, List<ZipFile> files, long directory, CancellationToken cancel)
    {
        var at = 0L;
        foreach (var file in files)
        {
            if (file.Offset != at)
                throw new InvalidDataException(file.Offset > at
                    ? $"{file.Offset - at} bytes were added before {file.Name}: no entry of the archive has bytes {at} to {file.Offset - 1}"
                    : $"{file.Name} was changed: it begins at byte {file.Offset}, inside what stands before it");
            if (file.DataEnd > directory)
                throw new InvalidDataException($"{file.Name} was changed: it would end behind the beginning of the directory");
            var expected = ZipHeaders.Local(file);
            var local = new byte[expected.Length];
            await ReadAsync(zip, at, local, cancel);
            if (!local.AsSpan().SequenceEqual(expected))
                throw new InvalidDataException($"{file.Name} was changed: the header before it (byte {at}) does not say what the archive's directory says");
            at = file.DataEnd;
        }

        if (at != directory)
            throw new InvalidDataException($"{directory - at} bytes were added before the archive's directory: no entry has bytes {at} to {directory - 1}");
    }

    /// <summary>The file does not end where an archive ends: says why, as far as that can be seen.</summary>
    private static async Task<string> NoEndAsync(Stream zip, CancellationToken cancel)
    {
        var tail = new byte[Math.Min(zip.Length, ZipHeaders.EndLength + ushort.MaxValue)];
        await ReadAsync(zip, zip.Length - tail.Length, tail, cancel);
        var found = tail.AsSpan().LastIndexOf(ZipHeaders.EndStart);
        return found < 0 ? "this is no zip archive, or its end was cut off" : tail.Length - found < ZipHeaders.EndLength
            ? "the end of the archive was cut off"
            : $"{tail.Length - found - ZipHeaders.EndLength} bytes were added behind the end of the archive: a comment, or another file";
    }

    private static async Task ReadAsync(Stream zip, long at, byte[] bytes, CancellationToken cancel)
    {
        zip.Position = at;
        await zip.ReadExactlyAsync(bytes, cancel);
    }
}
