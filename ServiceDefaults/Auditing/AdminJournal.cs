using System.Text.Json;
using Hoop.Contracts.Audit;

namespace Hoop.ServiceDefaults.Auditing;

/// <summary>
/// Admin actions on their way to Audit: JSON Lines in one file, synced to the disk line by line. An action has a line when it begins
/// and one when it ends; the file is emptied whenever nothing in it is still needed. Thread-safe.
/// </summary>
public sealed class AdminJournal : IDisposable
{
    internal const string FileName = "admin-actions.jsonl";
    private const int MaxInstances = 16;
    private const long MaxBytes = 64 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly FileStream file;
    private readonly Dictionary<Guid, AdminAction> running = [];
    private readonly Dictionary<Guid, AdminAction> ended = [];
    private readonly SemaphoreSlim arrived = new(0);

    /// <summary>Where the whole lines end.</summary>
    private long whole;

    public AdminJournal(string directory)
    {
        Directory.CreateDirectory(directory);
        file = Open(directory);
        Recover();
    }

    /// <summary>Raised when one is over and on the disk.</summary>
    public event Action<AdminAction>? Ended;

    /// <summary>Actions that ended and that Audit has not confirmed, in order.</summary>
    public IReadOnlyList<AdminAction> Waiting
    {
        get
        {
            lock (gate)
                return [.. ended.Values.OrderBy(a => a.At).ThenBy(a => a.Id)];
        }
    }

    internal void Begin(AdminAction action)
    {
        lock (gate)
        {
            Append(action, closes: false);
            running.Add(action.Id, action);
        }
    }

    /// <summary>The end of one that began. It is done and stays so: on a full disk Audit hears from here how it ended, and only a crash before that loses it.</summary>
    internal void End(AdminAction action)
    {
        lock (gate)
        {
            TryAppendEnd(action);
            running.Remove(action.Id);
            ended.Add(action.Id, action);
            arrived.Release();
        }

        Ended?.Invoke(action);
    }

    internal void Add(AdminAction action)
    {
        lock (gate)
        {
            Append(action, closes: false);
            ended.Add(action.Id, action);
            arrived.Release();
        }

        Ended?.Invoke(action);
    }

    /// <summary>The oldest that wait for Audit; waits until there is one.</summary>
    internal async Task<IReadOnlyList<AdminAction>> TakeAsync(int most, CancellationToken cancel)
    {
        while (true)
        {
            lock (gate)
            {
                if (ended.Count > 0)
                    return [.. Waiting.Take(most)];
            }

            await arrived.WaitAsync(cancel);
        }
    }

    internal void Confirm(IEnumerable<AdminAction> stored)
    {
        lock (gate)
        {
            foreach (var action in stored)
                ended.Remove(action.Id);
            if (running.Count + ended.Count == 0)
                CutAt(0);
        }
    }

    public void Dispose()
    {
        file.Dispose();
        arrived.Dispose();
    }

    /// <summary>Instances that share a directory have a file each.</summary>
    private static FileStream Open(string directory)
    {
        for (var instance = 1; ; instance++)
        {
            var name = instance == 1 ? FileName : $"{Path.GetFileNameWithoutExtension(FileName)}-{instance}.jsonl";
            try
            {
                return new FileStream(Path.Combine(directory, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException) when (instance < MaxInstances && File.Exists(Path.Combine(directory, name)))
            {
                // Somebody else's.
            }
        }
    }

    private void TryAppendEnd(AdminAction action)
    {
        try
        {
            Append(action, closes: true);
        }
        catch (IOException)
        {
            // What began is on the disk.
        }
    }

    private void Append(AdminAction action, bool closes)
    {
        // What closes an action may always be written: it has had its place from the start.
        if (!closes && whole > MaxBytes)
            throw new IOException($"{file.Name} is full ({MaxBytes >> 20} MiB): Audit has not confirmed what is in it. Bring Audit and RabbitMQ back.");
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(action), (byte)'\n'];
        try
        {
            // Over what a failed write may have left there.
            file.Position = whole;
            file.Write(line);
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            CutAt(whole);
            throw;
        }

        whole += line.Length;
    }

    private void CutAt(long length)
    {
        whole = length;
        try
        {
            file.SetLength(length);
        }
        catch (IOException)
        {
            // The next line is written over what is there.
        }
    }

    /// <summary>
    /// After a restart: the last line of an action counts; one that never ended stays unknown. A torn last line was never promised. All
    /// others stay where they are, so that whatever happens now loses none.
    /// </summary>
    private void Recover()
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        foreach (var range in bytes.AsSpan().Split((byte)'\n'))
        {
            if (TryRead(bytes.AsSpan(range)) is { } action)
                ended[action.Id] = action;
        }

        CutAt(bytes.AsSpan().LastIndexOf((byte)'\n') + 1);
        if (ended.Count > 0)
            arrived.Release();
    }

    private static AdminAction? TryRead(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<AdminAction>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
