using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>Arms of an OR that together cover every row: <c>a = 1 OR a &lt;&gt; 1</c>, <c>a IS NULL OR a IS NOT NULL</c>, <c>x OR NOT x</c>.</summary>
static class Complements
{
    public static bool AreIn(JsonElement or)
    {
        var said = new HashSet<string>();
        foreach (var arm in or.Items("args"))
        {
            var (claim, opposites) = Claim(arm);
            if (opposites.Any(said.Contains)) return true;
            said.Add(claim);
        }
        return false;
    }

    static (string Claim, string[] Opposites) Claim(JsonElement arm)
    {
        if (arm.As("NullTest") is { } test && test.Field("arg") is { } arg)
        {
            var of = CanonicalTree.Exact(arg);
            return test.Text("nulltesttype") == "IS_NULL" ? ($"null {of}", [$"some {of}"]) : ($"some {of}", [$"null {of}"]);
        }
        if (arm.As("BoolExpr") is { } not && not.Text("boolop") == "NOT_EXPR" && not.Items("args").FirstOrDefault() is { ValueKind: JsonValueKind.Object } inner)
        {
            var said = Claim(inner).Claim;
            return ($"not {said}", [said]);
        }
        if (arm.As("A_Expr") is { } e && e.Text("kind") == "AEXPR_OP" && e.Field("lexpr") is { } left && e.Field("rexpr") is { } right && e.Names("name") is [.., var op])
        {
            var (l, r) = (CanonicalTree.Exact(left), CanonicalTree.Exact(right));
            string[] rest = op switch { "=" => ["<>"], "<>" => ["="], "<" => [">="], ">" => ["<="], "<=" => [">", ">="], ">=" => ["<", "<="], _ => [] };
            var claim = $"{l} {op} {r}";
            return (claim, [$"not {claim}", .. rest.Select(o => $"{l} {o} {r}")]);
        }
        var text = CanonicalTree.Exact(arm);
        return (text, [$"not {text}"]);
    }
}
