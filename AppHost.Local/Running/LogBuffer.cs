using System.Text;

namespace Hoop.AppHost.Local.Running;

/// <summary>A child's output: the last lines in memory, more in a file; both bounded.</summary>
sealed class LogBuffer : IDisposable
{
    const int KeptLines = 400, LongestLine = 4096;
    const long LargestFile = 16 * 1024 * 1024;

    readonly Lock _gate = new();
    readonly Queue<string> _lines = new();
    StreamWriter _file;
    long _written;

    public LogBuffer(string path)
    {
        Path = path;
        _file = new StreamWriter(path, append: false) { AutoFlush = true };
    }

    public string Path { get; }

    public IReadOnlyList<string> Last(int count)
    {
        lock (_gate)
            return [.. _lines.TakeLast(count)];
    }

    public void Append(string line)
    {
        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines)
                _lines.Dequeue();
            if ((_written += line.Length + 1) > LargestFile)
                Rotate();
            _file.WriteLine(line);
        }
    }

    /// <summary>Reads until the stream ends, that is until the child and everything it started have closed it.</summary>
    public async Task CopyAsync(StreamReader reader)
    {
        var buffer = new char[2048];
        var line = new StringBuilder();
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            foreach (var c in buffer.AsSpan(0, read))
            {
                if (c is not '\n' && line.Length < LongestLine)
                    line.Append(c);
                else if (c is '\n')
                    Flush(line);
            }
        }
        if (line.Length > 0)
            Flush(line);
    }

    public void Dispose()
    {
        lock (_gate)
            _file.Dispose();
    }

    void Flush(StringBuilder line)
    {
        Append(line.ToString().TrimEnd('\r'));
        line.Clear();
    }

    void Rotate()
    {
        _file.Dispose();
        File.Move(Path, Path + ".1", overwrite: true);
        _file = new StreamWriter(Path, append: false) { AutoFlush = true };
        _written = 0;
    }
}
