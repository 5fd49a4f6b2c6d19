using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Hoop.Audit.Chain;

/// <summary>What a payload must be to be stored and exported: one JSON object, on one line, all of whose texts can be read.</summary>
public static class EventPayload
{
    public static bool IsValid(string payload)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(payload.Length));
        try
        {
            return IsValid(buffer.AsSpan(0, Encoding.UTF8.GetBytes(payload, buffer)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <param name="json">UTF-8.</param>
    public static bool IsValid(ReadOnlySpan<byte> json)
    {
        if (json.IndexOfAny((byte)'\n', (byte)'\r') >= 0)
            return false;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || reader.TokenStartIndex != 0)
                return false;
            reader.Skip();
            return reader.BytesConsumed == json.Length && !reader.Read() && (!MayHaveHalves(json) || IsText(json));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool MayHaveHalves(ReadOnlySpan<byte> json) => json.IndexOf("\\ud"u8) >= 0 || json.IndexOf("\\uD"u8) >= 0;

    /// <summary>Half a surrogate pair, escaped, is JSON by its grammar and yet no text: whoever reads it fails.</summary>
    private static bool IsText(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
                if (reader.ValueIsEscaped)
                    _ = reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
