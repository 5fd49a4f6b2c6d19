using System.Security.Cryptography;
using System.Text.Json;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Recordings;

/// <summary>A chunk of recorded rows, as it came from an Ingress.</summary>
/// <param name="Number">In its session, from 0; the session's <c>result.recorded</c> names it.</param>
/// <param name="Data">Brotli of JSON Lines.</param>
internal sealed record RecordedContent(string SessionId, long Number, DateTimeOffset At, string Sha256, byte[] Data)
{
    /// <summary>Takes the contents out of a batch: they are no events of a session, and stored apart.</summary>
    public static (List<RecordedContent> Contents, List<BatchedEvent> Refused, IReadOnlyList<BatchedEvent> Events) Split(IReadOnlyList<BatchedEvent> batch)
    {
        if (batch.All(e => e.Kind != EventKinds.Content))
            return ([], [], batch);
        var (contents, refused, events) = (new List<RecordedContent>(), new List<BatchedEvent>(), new List<BatchedEvent>(batch.Count));
        foreach (var e in batch)
        {
            if (e.Kind != EventKinds.Content)
                events.Add(e);
            else if (TryRead(e) is { } content)
                contents.Add(content);
            else
                refused.Add(e);
        }

        return (contents, refused, events);
    }

    /// <summary>Null when it is not what it says.</summary>
    private static RecordedContent? TryRead(BatchedEvent e)
    {
        try
        {
            using var payload = JsonDocument.Parse(e.Payload);
            var root = payload.RootElement;
            var content = new RecordedContent(
                root.GetProperty("session").GetString()!, root.GetProperty("number").GetInt64(), e.At,
                root.GetProperty("sha256").GetString()!, root.GetProperty("data").GetBytesFromBase64());
            var named = e.SessionId == $"content-{content.SessionId}-{content.Number}" && !content.SessionId.Contains('\0');
            return named && Convert.ToHexStringLower(SHA256.HashData(content.Data)) == content.Sha256 ? content : null;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }
}
