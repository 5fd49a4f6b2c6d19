using System.Text.Json;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>Recorded rows that an event names.</summary>
/// <param name="Sequence">Of the event.</param>
/// <param name="Number">Of the rows in their session; -1 when the event names them in no form that Hoop writes.</param>
/// <param name="IsBegun">Whether the decision of their operation is in the bundle.</param>
internal sealed record RecordedRows(long Sequence, long Number, string Sha256, bool IsBegun)
{
    /// <summary>Null when the event names no rows.</summary>
    /// <param name="begun">The operations that were decided before it.</param>
    public static RecordedRows? Read(long sequence, ReadOnlyMemory<byte> payload, IReadOnlySet<long> begun)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            return json.RootElement.TryGetProperty("content", out var content)
                ? new RecordedRows(sequence, content.GetProperty("number").GetInt64(), ProofLines.Text(content, "sha256"), begun.Contains(json.RootElement.GetProperty("operation").GetInt64()))
                : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new RecordedRows(sequence, -1, "", IsBegun: true);
        }
    }

    /// <summary>The operation that an event decided; null when it says none.</summary>
    public static long? Operation(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            return json.RootElement.TryGetProperty("operation", out var operation) && operation.TryGetInt64(out var number) ? number : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
