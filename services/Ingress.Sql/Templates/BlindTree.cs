using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hoop.Ingress.Sql.Templates;

/// <summary>
/// A tree without the values of some constants, for an analysis that must do without them. Whoever asks for one is noticed: an analysis that asked
/// for none cannot depend on them.
/// </summary>
static class BlindTree
{
    const string Marker = "unseen";

    [ThreadStatic] static bool asked;

    /// <param name="places">Where the constants without values stand, in bytes.</param>
    /// <param name="analyze">What is done to the tree.</param>
    /// <returns>Null when a value was asked for.</returns>
    public static SqlAnalysis? Analyze(JsonElement root, HashSet<int> places, Func<JsonElement, SqlAnalysis> analyze)
    {
        var json = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(json, new() { MaxDepth = 4096, SkipValidation = true })) Write(root, writer, places);
        using var tree = JsonDocument.Parse(json.WrittenMemory, new() { MaxDepth = 4096 });
        asked = false;
        var analysis = analyze(tree.RootElement);
        return asked ? null : analysis;
    }

    /// <summary>Called by the tree's readers for a field that is not there.</summary>
    /// <returns>False: it is not.</returns>
    public static bool Notice(JsonElement node, string field)
    {
        if (field is "sval" or "ival" or "fval" && Hides(node)) asked = true;
        return false;
    }

    /// <summary>Called when something hangs on a value that is not there.</summary>
    public static void Notice() => asked = true;

    /// <summary>Whether it is a constant without its value.</summary>
    public static bool Hides(JsonElement constant) => constant.TryGetProperty(Marker, out _);

    /// <summary>Whether the field stands where a value was.</summary>
    public static bool Hides(ReadOnlySpan<byte> field) => field.SequenceEqual("unseen"u8);

    static void Write(JsonElement e, Utf8JsonWriter to, HashSet<int> places)
    {
        switch (e.ValueKind)
        {
            case JsonValueKind.Object:
                to.WriteStartObject();
                foreach (var p in e.EnumerateObject())
                {
                    to.WritePropertyName(p.Name);
                    if (p.NameEquals("A_Const") && p.Value.TryGetProperty("location", out var place) && places.Contains(place.GetInt32())) WriteBlind(place.GetInt32(), to);
                    else Write(p.Value, to, places);
                }
                to.WriteEndObject();
                break;
            case JsonValueKind.Array:
                to.WriteStartArray();
                foreach (var item in e.EnumerateArray()) Write(item, to, places);
                to.WriteEndArray();
                break;
            default:
                to.WriteRawValue(JsonMarshal.GetRawUtf8Value(e), skipInputValidation: true); // as it is: fingerprints are of the bytes
                break;
        }
    }

    static void WriteBlind(int place, Utf8JsonWriter to)
    {
        to.WriteStartObject();
        to.WriteNumber(Marker, place);
        to.WriteNumber("location", place);
        to.WriteEndObject();
    }
}
