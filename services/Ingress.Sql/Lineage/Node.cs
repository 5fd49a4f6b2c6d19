using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Templates;

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
            return new(NodeNames.Of(property), property.Value);
        return new("", default);
    }

    /// <summary>Names a body whose type its parent fixes, such as <c>relation</c> (RangeVar) or <c>larg</c> (SelectStmt).</summary>
    public static Node Typed(string kind, JsonElement body) => body.ValueKind == JsonValueKind.Object ? new(kind, body) : new("", default);

    public Node this[string property] => Find(property, out var value) ? Open(value) : new("", default);

    public Node Child(string property, string kind) => Find(property, out var value) ? Typed(kind, value) : new("", default);

    /// <summary>Empty when there is none, as for most lists of most nodes.</summary>
    public Node[] List(string property)
    {
        if (!Find(property, out var list) || list.ValueKind != JsonValueKind.Array) return [];
        var nodes = new Node[list.GetArrayLength()];
        var i = 0;
        foreach (var item in list.EnumerateArray()) nodes[i++] = Open(item);
        return nodes;
    }

    public bool Has(string property) => Find(property, out _);

    public string? Text(string property) =>
        Find(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public bool Flag(string property) => Find(property, out var value) && value.ValueKind == JsonValueKind.True;

    public int Number(string property) =>
        Find(property, out var value) && value.TryGetInt32(out var number) ? number : 0;

    bool Find(string property, out JsonElement value)
    {
        value = default;
        return Exists && (Body.TryGetProperty(property, out value) || BlindTree.Notice(Body, property));
    }

    /// <summary>The texts of a list of String nodes; other nodes give null.</summary>
    public List<string?> Names(string property)
    {
        var nodes = List(property);
        var names = new List<string?>(nodes.Length);
        foreach (var node in nodes) names.Add(node.String);
        return names;
    }

    /// <summary>The text of a String node.</summary>
    public string? String => Kind == "String" ? Text("sval") ?? "" : null;

    /// <summary>The integer of a constant, as ORDER BY 1 has it.</summary>
    public int? Position => Kind == "A_Const" && Has("ival") ? Child("ival", "Integer").Number("ival") : null;
}
