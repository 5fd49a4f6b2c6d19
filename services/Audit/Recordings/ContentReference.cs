using System.Text.Json;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Recordings;

/// <summary>What a <c>result.recorded</c> says of the rows that are kept beside it: the hash in the session's chain is the one that counts.</summary>
internal readonly record struct ContentReference(long Number, string Sha256)
{
    /// <summary>Null when the event speaks of none.</summary>
    public static ContentReference? Of(JournalEvent e)
    {
        if (e.Kind != EventKinds.ResultRecorded)
            return null;
        try
        {
            using var payload = JsonDocument.Parse(e.Payload);
            return payload.RootElement.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Object
                ? new ContentReference(content.GetProperty("number").GetInt64(), content.GetProperty("sha256").GetString() ?? "")
                : null;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }
}
