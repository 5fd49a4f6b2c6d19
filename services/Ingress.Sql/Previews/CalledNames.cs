using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Previews;

/// <summary>Bare names through which a part of a statement may call functions: which of them is meant hangs on types, so all of a name count.</summary>
public sealed record CalledNames(IReadOnlySet<string> Functions, IReadOnlySet<string> Operators, IReadOnlySet<string> Types)
{
    public static readonly CalledNames None = Of();

    internal static CalledNames Of(params ReadOnlySpan<JsonElement?> nodes)
    {
        var (functions, operators, types) = (NewSet(), NewSet(), NewSet());
        foreach (var node in nodes)
            if (node is { } there) Collect(there);
        return new(functions, operators, types);

        void Collect(JsonElement e)
        {
            if (e.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in e.EnumerateArray()) Collect(item);
            }
            else if (e.ValueKind == JsonValueKind.Object)
            {
                foreach (var p in e.EnumerateObject())
                {
                    switch (p.Name)
                    {
                        // f(x) may be a cast, and x.f a call or a cast: a column's name asked for as well harms nobody.
                        case "FuncCall" when p.Value.Names("funcname") is [.., var name]:
                            functions.Add(name);
                            types.Add(name);
                            break;
                        case "ColumnRef" when p.Value.Names("fields") is [.., var attribute]:
                            functions.Add(attribute);
                            break;
                        case "A_Indirection":
                            functions.UnionWith(p.Value.Names("indirection"));
                            types.UnionWith(p.Value.Names("indirection"));
                            break;
                        case "A_Expr" when p.Value.Names("name") is [.., var symbol]:
                            operators.Add(symbol);
                            break;
                        case "typeName" when p.Value.Names("names") is [.., var type]:
                            types.Add(type);
                            break;
                    }
                    Collect(p.Value);
                }
            }
        }
    }

    static HashSet<string> NewSet() => new(StringComparer.Ordinal);
}
