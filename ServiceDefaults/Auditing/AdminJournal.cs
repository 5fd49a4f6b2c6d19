using System.Text;
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

    /// <summary>The end of one that began. A full disk loses how it ended, not that it was begun.</summary>
    internal void End(AdminAction action)
    {
        lock (gate)
        {
            try
            {
                Append(action, closes: true);
            }
            finally
            {
                running.Remove(action.Id);
                ended.Add(action.Id, action);
                arrived.Release();
            }
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
                file.SetLength(0);
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

    private void Append(AdminAction action, bool closes)
    {
        // What closes an action may always be written: it has had its place from the start.
        if (!closes && file.Length > MaxBytes)
            throw new IOException($"{file.Name} is full ({MaxBytes >> 20} MiB): Audit has not confirmed what is in it. Bring Audit and RabbitMQ back.");
        var start = file.Length;
        var line = JsonSerializer.SerializeToUtf8Bytes(action);
        try
        {
            file.Position = start;
            file.Write([.. line, (byte)'\n']);
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // No half line between two whole ones.
            file.SetLength(start);
            throw;
        }
    }

    /// <summary>After a restart: the last line of an action counts; one that never ended stays unknown. A torn last line was never promised.</summary>
    private void Recover()
    {
        using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            if (TryRead(line) is { } action)
                ended[action.Id] = action;
        }

        file.SetLength(0);
        foreach (var action in ended.Values.OrderBy(a => a.At))
            Append(action, closes: true);
        if (ended.Count > 0)
            arrived.Release();
    }

    private static AdminAction? TryRead(string line)
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
