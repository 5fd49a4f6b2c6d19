using System.IO.Compression;

namespace Hoop.Audit.Chain.Archives;

/// <summary>
/// A file of a zip, read once from its beginning. At the end, and before the reader is told of it, the compressed data must end exactly where its headers say, and
/// what came out of it must have their length and checksum.
/// </summary>
internal sealed class CheckedFileStream : Stream
{
    private readonly ZipFile file;
    private readonly Window window;
    private readonly Stream content;
    private long read;
    private uint crc;

    public CheckedFileStream(Stream zip, ZipFile file)
    {
        this.file = file;
        window = new Window(zip, file.DataStart, file.DataEnd);
        content = file.IsDeflated ? new DeflateStream(window, CompressionMode.Decompress) : window;
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => read; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        var count = await ContentAsync(buffer, cancellationToken);
        read += count;
        crc = Crc32.Append(crc, buffer.Span[..count]);
        if (read > file.Length)
            throw Changed($"it has more than the {file.Length} bytes that its header says");
        return count > 0 || IsWhole() ? count : throw Changed("its compressed data does not end where its header says");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it with ReadAsync.");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Flush() => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            content.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ContentAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        try
        {
            return await content.ReadAsync(buffer, cancel);
        }
        catch (InvalidDataException)
        {
            throw Changed("its compressed data can not be read");
        }
    }

    private bool IsWhole()
    {
        if (read != file.Length)
            throw Changed($"it has {read} bytes, and its header says {file.Length}");
        if (crc != file.Crc)
            throw Changed("its checksum is not the one in its header");
        return window.IsAtEnd && !(file.IsDeflated && window.WasAskedForMore);
    }

    private InvalidDataException Changed(string how) => new($"{file.Name} was changed: {how}");

    /// <summary>
    /// A part of the zip. Its last byte is given alone: a decompressor that has its end earlier does not ask for it, and one that has none asks behind it.
    /// </summary>
    private sealed class Window(Stream zip, long start, long end) : Stream
    {
        private long at = start;

        public bool IsAtEnd => at == end;
        public bool WasAskedForMore { get; private set; }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            WasAskedForMore |= at == end;
            var most = (int)Math.Min(buffer.Length, at < end - 1 ? end - 1 - at : end - at);
            zip.Position = at;
            var count = await zip.ReadAsync(buffer[..most], cancellationToken);
            if (count == 0 && most > 0)
                throw new EndOfStreamException("The archive became shorter while it was read.");
            at += count;
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it with ReadAsync.");
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Flush() => throw new NotSupportedException();
    }
}
