using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Hoop.Ingress.Sql.Parsing;

/// <summary>The names of the tree's fields as strings that are made once: the grammar has a few hundred, and every node is asked for its own.</summary>
static class NodeNames
{
    // A name that finds another in its slot takes it over: who asks gets a string that is right either way.
    static readonly string?[] Slots = new string?[2048];

    public static string Of(JsonProperty property)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(property);
        var hash = (uint)raw.Length;
        foreach (var b in raw) hash = (hash ^ b) * 16777619;
        ref var slot = ref Slots[(hash ^ hash >> 16) % (uint)Slots.Length];
        return slot is { } known && Ascii.Equals(raw, known) ? known : slot = property.Name;
    }
}
