using System.Runtime.CompilerServices;
using System.Text.Json;
using Hoop.Ingress.Sql.Templates;

namespace Hoop.Ingress.Sql.Parsing;

/// <summary>Reading of libpg_query's JSON: absent fields mean null, zero or false; a node is an object with one field named like its type.</summary>
static class Tree
{
    public static JsonElement? Field(this JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && (e.TryGetProperty(name, out var value) || BlindTree.Notice(e, name)) ? value : null;

    public static string? Text(this JsonElement e, string name) =>
        e.Field(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static bool Flag(this JsonElement e, string name) => e.Field(name) is { ValueKind: JsonValueKind.True };

    public static int Number(this JsonElement e, string name) =>
        e.Field(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var n) ? n : 0;

    public static IEnumerable<JsonElement> Items(this JsonElement e, string name) =>
        e.Field(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>Whether there is a node of this type in it.</summary>
    public static bool Mentions(this JsonElement e, string type)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (e.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in e.EnumerateArray())
                if (item.Mentions(type)) return true;
        }
        else if (e.ValueKind == JsonValueKind.Object)
        {
            foreach (var p in e.EnumerateObject())
                if (p.NameEquals(type) || p.Value.Mentions(type)) return true;
        }
        return false;
    }

    /// <summary>The node's body when it has this type.</summary>
    public static JsonElement? As(this JsonElement node, string type) => node.Field(type);

    /// <summary>The node's type and body.</summary>
    public static bool TryNode(this JsonElement node, out string type, out JsonElement body)
    {
        (type, body) = ("", default);
        if (node.ValueKind != JsonValueKind.Object) return false;
        foreach (var p in node.EnumerateObject())
        {
            (type, body) = (NodeNames.Of(p), p.Value);
            return true;
        }
        return false;
    }

    /// <summary>A list of String nodes: <c>[{"String":{"sval":"a"}}]</c>; other items are left out.</summary>
    public static List<string> Names(this JsonElement e, string name)
    {
        var names = new List<string>();
        if (e.Field(name) is not { ValueKind: JsonValueKind.Array } array) return names;
        foreach (var item in array.EnumerateArray())
            if (item.As("String") is { } s) names.Add(s.Text("sval") ?? "");
        return names;
    }

    /// <summary>The value of a constant as the text a setting would take; null when it is no constant (a cast is looked through).</summary>
    public static string? ConstantText(this JsonElement node)
    {
        if (node.As("TypeCast") is { } cast) return cast.Field("arg")?.ConstantText();
        if (node.As("String") is { } s) return s.Text("sval") ?? "";
        if (node.As("Integer") is { } i) return i.Number("ival").ToString();
        if (node.As("Boolean") is { } b) return b.Flag("boolval") ? "true" : "false";
        if (node.As("Float") is { } f) return f.Text("fval") ?? "";
        if (node.As("A_Const") is not { } c) return null;
        if (c.Field("sval") is { } text) return text.Text("sval") ?? "";
        if (c.Field("ival") is { } integer) return integer.Number("ival").ToString();
        if (c.Field("fval") is { } number) return number.Text("fval") ?? "";
        if (c.Field("boolval") is { } flag) return flag.Flag("boolval") ? "true" : "false";
        return null;
    }

    /// <summary>The last option of that name, as the server takes it: <c>[{"DefElem":{"defname":…,"arg":…}}]</c>.</summary>
    public static JsonElement? Option(this JsonElement e, string list, string name)
    {
        JsonElement? found = null;
        foreach (var item in e.Items(list))
            if (item.As("DefElem") is { } d && d.Text("defname") == name) found = d;
        return found;
    }

    /// <summary>An option without a value is on.</summary>
    public static bool IsOn(this JsonElement option) =>
        option.Field("arg")?.ConstantText() is not { } value
        || !(value is "0" || value.Equals("false", StringComparison.OrdinalIgnoreCase) || value.Equals("off", StringComparison.OrdinalIgnoreCase));
}
