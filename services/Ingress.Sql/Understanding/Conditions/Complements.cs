using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding.Conditions;

/// <summary>
/// Arms of an OR that together cover every row: <c>a = 1 OR a &lt;&gt; 1</c>, <c>a IS NULL OR a IS NOT NULL</c>, <c>x OR NOT x</c>, <c>a &lt; 9 OR a > 5</c>,
/// and the same written as <c>NOT (… AND …)</c>.
/// </summary>
static class Complements
{
    /// <summary>What an arm claims: something, or that it is not so.</summary>
    readonly record struct Claim(string What, bool Holds);

    /// <summary>A comparison of one expression with one value.</summary>
    readonly record struct Bound(string Of, string Op, string With, decimal? Number, bool Constant);

    public static bool Cover(JsonElement e)
    {
        List<Claim> claims = [];
        List<Bound> bounds = [];
        Collect(e, true, claims, bounds);
        var said = new HashSet<Claim>();
        foreach (var claim in claims)
        {
            if (said.Contains(claim with { Holds = !claim.Holds })) return true;
            said.Add(claim);
        }
        foreach (var group in bounds.GroupBy(b => b.Of))
            if (Covers([.. group])) return true;
        return false;
    }

    static void Collect(JsonElement e, bool holds, List<Claim> claims, List<Bound> bounds)
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack()) return;
        if (e.As("BoolExpr") is { } logic)
        {
            var op = logic.Text("boolop");
            if (op == "NOT_EXPR") holds = !holds;
            if (op == "NOT_EXPR" || op == (holds ? "OR_EXPR" : "AND_EXPR"))
            {
                foreach (var arg in logic.Items("args")) Collect(arg, holds, claims, bounds);
                return;
            }
        }
        else if (e.As("NullTest") is { } nulls && nulls.Field("arg") is { } arg)
        {
            claims.Add(new($"null {CanonicalTree.Exact(arg)}", nulls.Text("nulltesttype") == "IS_NULL" == holds));
            return;
        }
        else if (e.As("BooleanTest") is { } test && test.Field("arg") is { } tested)
        {
            var kind = test.Text("booltesttype");
            if (kind is "IS_UNKNOWN" or "IS_NOT_UNKNOWN") claims.Add(new($"null {CanonicalTree.Exact(tested)}", kind == "IS_UNKNOWN" == holds));
            else Collect(tested, kind is "IS_TRUE" or "IS_NOT_FALSE" == holds, claims, bounds);
            return;
        }
        else if (e.As("A_Expr") is { } x && Compared(x, holds, claims, bounds)) return;
        claims.Add(new(CanonicalTree.Exact(e), holds));
    }

    static bool Compared(JsonElement x, bool holds, List<Claim> claims, List<Bound> bounds)
    {
        if (x.Field("lexpr") is not { } left || x.Field("rexpr") is not { } right || x.Names("name") is not [var op]) return false;
        var kind = x.Text("kind");
        // A list of one is that one.
        if (kind == "AEXPR_IN" && right.As("List")?.Items("items").ToArray() is [var only]) (kind, right) = ("AEXPR_OP", only);
        if (kind == "AEXPR_OP" && op is "=" or "<>" && (Comparisons.IsBoolean(right, true) || Comparisons.IsBoolean(right, false)))
        {
            claims.Add(new(CanonicalTree.Exact(left), Comparisons.IsBoolean(right, true) == (op == "=") == holds));
            return true;
        }
        var (l, r) = (CanonicalTree.Exact(left), CanonicalTree.Exact(right));
        if (kind == "AEXPR_OP" && op is "=" or "<>" or "<" or ">" or "<=" or ">=")
        {
            if (!holds) op = Not(op);
            bounds.Add(new(l, op, r, Comparisons.Number(right), right.As("A_Const") is not null));
            bounds.Add(new(r, Turned(op), l, Comparisons.Number(left), left.As("A_Const") is not null));
            return true;
        }
        var (positive, negated) = kind switch
        {
            "AEXPR_NOT_DISTINCT" => ("AEXPR_DISTINCT", true),
            "AEXPR_NOT_BETWEEN" => ("AEXPR_BETWEEN", true),
            "AEXPR_NOT_BETWEEN_SYM" => ("AEXPR_BETWEEN_SYM", true),
            "AEXPR_IN" => ("AEXPR_IN", op == "<>"),
            _ => (kind, op.StartsWith('!')),
        };
        if (kind is "AEXPR_OP" && !op.Contains('~')) return false;
        claims.Add(new($"{positive} {(kind is "AEXPR_IN" || op.StartsWith("NOT ", StringComparison.Ordinal) || op.StartsWith("BETWEEN", StringComparison.Ordinal) ? "" : op.TrimStart('!'))} {l} {r}", holds != negated));
        return true;
    }

    static string Not(string op) => op switch { "=" => "<>", "<>" => "=", "<" => ">=", ">=" => "<", ">" => "<=", _ => ">" };

    static string Turned(string op) => op switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => op };

    static bool Covers(Bound[] bounds)
    {
        foreach (var a in bounds)
            foreach (var b in bounds)
                if (Covers(a, b, bounds)) return true;
        return false;
    }

    static bool Covers(Bound a, Bound b, Bound[] all)
    {
        var same = a.With == b.With;
        switch (a.Op)
        {
            case "<>":
                if (same) return b.Op is "=" or "<=" or ">=";
                return b.Op switch { "<>" => a.Constant && b.Constant, "<" or "<=" => a.Number < b.Number, ">" or ">=" => a.Number > b.Number, _ => false };
            case "<" or "<=" when b.Op is ">" or ">=":
                return b.Number < a.Number || same && (a.Op == "<=" || b.Op == ">=" || all.Any(c => c.Op == "=" && c.With == a.With));
            default:
                return false;
        }
    }
}
