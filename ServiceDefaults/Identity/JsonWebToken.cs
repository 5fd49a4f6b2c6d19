using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Hoop.ServiceDefaults.Identity;

/// <summary>A JWT taken apart (RFC 7519, compact JWS of RFC 7515), not yet believed.</summary>
internal sealed record JsonWebToken(JsonElement Header, JsonElement Claims, byte[] SignedBytes, byte[] Signature)
{
    /// <summary>Longest token looked at, characters.</summary>
    internal const int MaxLength = 16 * 1024;

    internal static JsonWebToken? TryRead(string token)
    {
        if (token.Length is 0 or > MaxLength || token.AsSpan().IndexOfAnyExceptInRange((char)0x21, (char)0x7e) >= 0) return null;
        var parts = token.Split('.');
        if (parts.Length != 3) return null;
        try
        {
            return new JsonWebToken(
                ReadObject(parts[0]), ReadObject(parts[1]),
                Encoding.ASCII.GetBytes(token, 0, parts[0].Length + 1 + parts[1].Length),
                Base64Url.DecodeFromChars(parts[2]));
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    internal string? HeaderText(string name) => Text(Header, name);

    internal string? ClaimText(string name) => Text(Claims, name);

    /// <summary>A NumericDate (RFC 7519 section 2); null when absent or no number.</summary>
    internal DateTimeOffset? ClaimTime(string name) =>
        Claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is > 0 and < 253402300799
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    /// <summary>A claim that is a string or an array of strings.</summary>
    internal IReadOnlyList<string> ClaimList(string name)
    {
        if (!Claims.TryGetProperty(name, out var value)) return [];
        return value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array => [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)],
            _ => [],
        };
    }

    internal static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement ReadObject(string part)
    {
        // Duplicate names are refused: two readers could believe two different claims.
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part), new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new FormatException("not an object");
        ReadTexts(document.RootElement);
        return document.RootElement.Clone();
    }

    /// <summary>Escapes may spell what is no text (half of a surrogate pair): better found here than by whoever asks for it.</summary>
    private static void ReadTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    ReadTexts(property.Value);
                }
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) ReadTexts(item);
                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }
}
