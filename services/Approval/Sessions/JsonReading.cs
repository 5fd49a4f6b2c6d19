using System.Globalization;
using System.Text.Json;

namespace Hoop.Approval.Sessions;

/// <summary>Reads another service's JSON leniently: what is missing is missing, not an error.</summary>
internal static class JsonReading
{
    private const int MaxShown = 2000;

    public static JsonElement? Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? Text(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static long Number(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : 0;

    public static DateTimeOffset? Time(this JsonElement json, string name) =>
        DateTimeOffset.TryParse(json.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    public static string Plain(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.Array
            ? string.Join(", ", value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Null ? "NULL" : item.ToString()))
            : value.ToString();
        return text.Length <= MaxShown ? text : text[..MaxShown] + "…";
    }

    public static string Shown(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture) ?? "";
}
