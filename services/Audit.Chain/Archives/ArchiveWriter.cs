using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Chain.Archives;

/// <summary>Writes an export's files and remembers the hash of each, for the manifest that is signed at the end.</summary>
public sealed class ArchiveWriter(ZipArchive archive)
{
    private readonly SortedDictionary<string, string> files = new(StringComparer.Ordinal);

    /// <summary>Name → SHA-256, lower-case hex.</summary>
    public IReadOnlyDictionary<string, string> Files => files;

    public Task AddAsync(string name, string text, CancellationToken cancel) => AddAsync(name, Encoding.UTF8.GetBytes(text), CompressionLevel.Fastest, cancel);

    public Task AddAsync(string name, byte[] data, CompressionLevel level, CancellationToken cancel) => AddAsync(name, level, stream => stream.WriteAsync(data, cancel).AsTask(), cancel);

    public async Task AddAsync(string name, CompressionLevel level, Func<Stream, Task> write, CancellationToken cancel)
    {
        var entry = archive.CreateEntry(name, level);
        await using var stream = await entry.OpenAsync(cancel);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var hashed = new HashedStream(stream, digest);
        await write(hashed);
        files.Add(name, Convert.ToHexStringLower(digest.GetHashAndReset()));
    }

    /// <summary>Adds the manifest, which must name <see cref="Files"/> as <c>files</c>, and its signature.</summary>
    public async Task SignAsync(byte[] manifest, IEvidenceSigner signer, CancellationToken cancel)
    {
        var signature = await ArchiveSignature.OverAsync(manifest, signer, cancel);
        await AddAsync(ArchiveSignature.ManifestName, manifest, CompressionLevel.Fastest, cancel);
        await AddAsync(ArchiveSignature.FileName, signature.ToLine(), CompressionLevel.Fastest, cancel);
    }

    private sealed class HashedStream(Stream inner, IncrementalHash digest) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            digest.AppendData(buffer, offset, count);
            inner.Write(buffer, offset, count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            digest.AppendData(buffer.Span);
            return inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }
}
