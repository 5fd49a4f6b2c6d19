using System.Text.Json;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>A node of libpg_query's tree: <c>{"ColumnRef":{"fields":[…]}}</c> is kind <c>ColumnRef</c> and a body. An absent node has the empty kind.</summary>
readonly struct Node
{
    Node(string kind, JsonElement body) => (Kind, Body) = (kind, body);

    public string Kind { get; }

    public JsonElement Body { get; }

    public bool Exists => Kind.Length > 0;

    /// <summary>Opens a wrapped node; an empty object is the tree's null.</summary>
    public static Node Open(JsonElement wrapped)
    {
        if (wrapped.ValueKind != JsonValueKind.Object) return new("", default);
        foreach (var property in wrapped.EnumerateObject())
            return new(property.Name, property.Value);
        return new("", default);
    }

    /// <summary>Names a body whose type its parent fixes, such as <c>relation</c> (RangeVar) or <c>larg</c> (SelectStmt).</summary>
    public static Node Typed(string kind, JsonElement body) => body.ValueKind == JsonValueKind.Object ? new(kind, body) : new("", default);

    public Node this[string property] => Exists && Body.TryGetProperty(property, out var value) ? Open(value) : new("", default);

    public Node Child(string property, string kind) => Exists && Body.TryGetProperty(property, out var value) ? Typed(kind, value) : new("", default);

    public IEnumerable<Node> List(string property)
    {
        if (!Exists || !Body.TryGetProperty(property, out var list) || list.ValueKind != JsonValueKind.Array) yield break;
        foreach (var item in list.EnumerateArray())
            yield return Open(item);
    }

    public bool Has(string property) => Exists && Body.TryGetProperty(property, out _);

    public string? Text(string property) =>
        Exists && Body.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public bool Flag(string property) => Exists && Body.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.True;

    public int Number(string property) =>
        Exists && Body.TryGetProperty(property, out var value) && value.TryGetInt32(out var number) ? number : 0;

    /// <summary>The texts of a list of String nodes; other nodes give null.</summary>
    public List<string?> Names(string property) => [.. List(property).Select(static n => n.String)];

    /// <summary>The text of a String node.</summary>
    public string? String => Kind == "String" ? Text("sval") ?? "" : null;

    /// <summary>The integer of a constant, as ORDER BY 1 has it.</summary>
    public int? Position => Kind == "A_Const" && Has("ival") ? Child("ival", "Integer").Number("ival") : null;
}
