using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>The SET clauses of a function: settings under which its code runs.</summary>
readonly struct FunctionSettings
{
    public FunctionSettings(JsonElement create)
    {
        foreach (var item in create.Items("options"))
        {
            if (item.As("DefElem") is not { } option || option.Text("defname") != "set") continue;
            var set = option.Field("arg")?.As("VariableSetStmt");
            var name = set?.Text("name")?.ToLowerInvariant();
            if (name == "search_path" && set!.Value.Text("kind") == "VAR_SET_VALUE")
            {
                List<string> path = [.. set.Value.Items("args").Select(a => a.ConstantText() ?? "").Where(s => s is not ("" or "\"$user\"" or "$user"))];
                if (!path.Contains("pg_catalog")) path.Insert(0, "pg_catalog");
                SearchPath = path;
            }
            else Others |= name is null or "standard_conforming_strings" or "search_path" || !Settings.IsHarmless(name);
        }
    }

    public IReadOnlyList<string>? SearchPath { get; }

    public bool Others { get; }
}
