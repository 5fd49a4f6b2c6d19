using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Tests.Journal;
using Shouldly;

namespace Hoop.Ingress.Tests.Recordings;

/// <summary>Reads what a journal has of recorded rows, and holds the contents against their hashes.</summary>
internal static class Recorded
{
    internal static List<JsonElement> Of(this MemoryJournal journal, string kind) =>
        [.. journal.Events.Where(e => e.Kind == kind).Select(e => JsonDocument.Parse(e.Payload).RootElement)];

    /// <summary>The rows of an operation, chunk by chunk, as texts.</summary>
    internal static List<string?[]> Rows(this MemoryJournal journal, long operation = 1)
    {
        var contents = journal.Of(EventKinds.Content).ToDictionary(c => (c.GetProperty("session").GetString(), c.GetProperty("number").GetInt64()));
        var session = journal.Events.First(e => e.Kind == EventKinds.SessionStarted).SessionId;
        var rows = new List<string?[]>();
        foreach (var chunk in journal.Of(EventKinds.ResultRecorded).Where(r => r.GetProperty("operation").GetInt64() == operation && r.TryGetProperty("content", out _)))
        {
            var named = chunk.GetProperty("content");
            var data = contents[(session, named.GetProperty("number").GetInt64())].GetProperty("data").GetBytesFromBase64();
            Convert.ToHexStringLower(SHA256.HashData(data)).ShouldBe(named.GetProperty("sha256").GetString());
            var lines = Text(data).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            lines.Length.ShouldBe(chunk.GetProperty("rows").GetInt32());
            rows.AddRange(lines.Select(line => JsonSerializer.Deserialize<string?[]>(line)!));
        }

        return rows;
    }

    /// <summary>Everything that the journal holds, contents in clear.</summary>
    internal static string Everything(this MemoryJournal journal) => string.Join('\n', journal.Events.Select(e =>
        e.Kind == EventKinds.Content ? Text(JsonDocument.Parse(e.Payload).RootElement.GetProperty("data").GetBytesFromBase64()) : e.Payload));

    private static string Text(byte[] data)
    {
        using var brotli = new BrotliStream(new MemoryStream(data), CompressionMode.Decompress);
        using var reader = new StreamReader(brotli, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
