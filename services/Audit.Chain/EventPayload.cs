using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Hoop.Audit.Chain;

/// <summary>What a payload must be to be stored and exported: one JSON object, on one line.</summary>
public static class EventPayload
{
    public static bool IsValid(string payload) =>
        payload.AsSpan().IndexOfAny('\n', '\r') < 0 && IsObject(payload);

    private static bool IsObject(string payload)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(payload.Length));
        try
        {
            return IsObject(buffer.AsSpan(0, Encoding.UTF8.GetBytes(payload, buffer)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool IsObject(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || reader.TokenStartIndex != 0)
                return false;
            reader.Skip();
            return reader.BytesConsumed == json.Length && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
