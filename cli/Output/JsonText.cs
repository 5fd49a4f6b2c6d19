using System.Globalization;
using System.Text.Json;

namespace Hoop.Cli.Output;

/// <summary>Reads fields for people out of JSON answers; what is not there is empty.</summary>
internal static class JsonText
{
    public static string Text(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value)) return "";
        return value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => "",
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Object => Name(value),
            JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Item)),
            _ => value.GetRawText(),
        };
    }

    public static JsonElement? Child(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    /// <summary>A time in the reader's own zone; anything else as it is.</summary>
    public static string Time(this JsonElement element, string name) =>
        element.Text(name) is { Length: > 0 } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time)
            ? time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : element.Text(name);

    private static string Item(JsonElement item) => item.ValueKind switch
    {
        JsonValueKind.String => item.GetString()!,
        JsonValueKind.Null => "NULL",
        JsonValueKind.Object => Name(item),
        _ => item.GetRawText(),
    };

    /// <summary>A principal by its name.</summary>
    private static string Name(JsonElement value) =>
        value.Text("name") is { Length: > 0 } name ? name : value.Text("id") is { Length: > 0 } id ? id : value.GetRawText();
}
