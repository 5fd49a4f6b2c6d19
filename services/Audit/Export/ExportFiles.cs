namespace Hoop.Audit.Export;

/// <summary>
/// Files that exports are written to before any of it is sent: an export comes whole or not at all, and who reads slowly holds a file, not the database. Their size is bounded, of
/// one and of all together, and they have no name: whatever ends them, they are gone.
/// </summary>
internal sealed class ExportFiles(long mostOfOne, long mostOfAll)
{
    private long taken;

    public Stream Create()
    {
        var path = Path.Combine(Path.GetTempPath(), $"hoop-export-{Guid.NewGuid():n}");
        var file = new ExportFile(this, path);
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return file;
    }

    private void Grow(long length, long by)
    {
        if (length > mostOfOne)
            throw new ExportTooLargeException($"The export would have more than {mostOfOne / (1024 * 1024)} MiB (Hoop__Audit__ExportMiB): narrow the period or the search, and export in parts.", ofAll: false);
        if (Interlocked.Add(ref taken, by) <= mostOfAll)
            return;
        Interlocked.Add(ref taken, -by);
        throw new ExportTooLargeException("The exports that are being made and fetched have used up their room: try again when some of them were fetched.", ofAll: true);
    }

    private sealed class ExportFile(ExportFiles files, string path) : FileStream(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = (OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None) | FileOptions.Asynchronous,
        UnixCreateMode = OperatingSystem.IsWindows() ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite,
    })
    {
        private long size;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            MakeRoom(buffer.Length);
            base.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            MakeRoom(count);
            base.Write(buffer, offset, count);
        }

        public override void WriteByte(byte value)
        {
            MakeRoom(1);
            base.WriteByte(value);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            MakeRoom(buffer.Length);
            return base.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            MakeRoom(count);
            return base.WriteAsync(buffer, offset, count, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            Interlocked.Add(ref files.taken, -Interlocked.Exchange(ref size, 0));
            base.Dispose(disposing);
        }

        public override ValueTask DisposeAsync()
        {
            Interlocked.Add(ref files.taken, -Interlocked.Exchange(ref size, 0));
            return base.DisposeAsync();
        }

        private void MakeRoom(int count)
        {
            var end = Position + count;
            if (end <= size)
                return;
            files.Grow(end, end - size);
            size = end;
        }
    }
}

/// <param name="ofAll">True: not this one is too large, but all of them together.</param>
internal sealed class ExportTooLargeException(string message, bool ofAll) : IOException(message)
{
    public bool OfAll => ofAll;
}
