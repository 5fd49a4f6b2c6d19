using System.Text.Json;
using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>Which columns a condition looks at, and how closely.</summary>
sealed class ConditionLineage(Resolution resolution)
{
    public void Condition(Node node, Scope scope)
    {
        if (!node.Exists) return;
        resolution.Step();
        switch (node.Kind)
        {
            case "BoolExpr":
                foreach (var part in node.List("args"))
                    Condition(part, scope);
                return;
            case "A_Expr":
                Use(Operands(node, scope), Comparison(node, scope));
                return;
            case "BooleanTest":
                Condition(node["arg"], scope);
                return;
            case "NullTest":
                Use(Evaluate(node["arg"], scope), ColumnUseKind.NullTest);
                return;
            case "ColumnRef":
                Use(Evaluate(node, scope), ColumnUseKind.Equality);
                return;
            case "SubLink":
                SubLink(node, scope);
                return;
            default:
                Use(Evaluate(node, scope), ColumnUseKind.Other);
                return;
        }
    }

    /// <summary>What decides between the branches of a CASE, wherever it stands.</summary>
    public void CaseConditions(Node node, Scope scope)
    {
        var subject = node["arg"];
        foreach (var when in node.List("args"))
        {
            if (subject.Exists) Use(Evaluate(subject, scope).Or(Evaluate(when["expr"], scope)), Equality(scope, subject, when["expr"]));
            else Condition(when["expr"], scope);
        }
    }

    void SubLink(Node node, Scope scope)
    {
        var kind = node.Text("subLinkType") is "ANY_SUBLINK" or "ALL_SUBLINK" ? Operators.KindOf(node) : ColumnUseKind.Other;
        var rows = resolution.Queries.Resolve(node["subselect"], scope, scope.Ctes);
        if (node.Text("subLinkType") == "EXISTS_SUBLINK") return;
        if (kind == ColumnUseKind.Equality && !(rows.Row.IsStored && IsSettled(node["testexpr"], scope))) kind = ColumnUseKind.Other;
        Use(Evaluate(node["testexpr"], scope).Or(rows.Row), kind);
    }

    ColumnUseKind Comparison(Node node, Scope scope)
    {
        var kind = Operators.KindOf(node);
        return kind == ColumnUseKind.Equality ? Equality(scope, node["lexpr"], node["rexpr"]) : kind;
    }

    /// <summary>Equality tells little only between what is in tables and what the client wrote down.</summary>
    ColumnUseKind Equality(Scope scope, Node left, Node right) =>
        IsSettled(left, scope) && IsSettled(right, scope) || IsWritten(left) && IsOpaque(right, scope) || IsWritten(right) && IsOpaque(left, scope)
            ? ColumnUseKind.Equality : ColumnUseKind.Other;

    bool IsOpaque(Node node, Scope scope) => Evaluate(node, scope).Opaque;

    bool IsSettled(Node node, Scope scope) => node.Kind switch
    {
        "RowExpr" => node.List("args").All(n => IsSettled(n, scope)),
        "A_ArrayExpr" => node.List("elements").All(n => IsSettled(n, scope)),
        "List" => node.List("items").All(n => IsSettled(n, scope)),
        _ => IsWritten(node) || Evaluate(node, scope) is { IsStored: true, Opaque: false },
    };

    static bool IsWritten(Node node) => node.Kind is not ("ColumnRef" or "SubLink") && IsWritten(node.Body);

    /// <summary>Without a name in it: constants, parameters and what is computed from them.</summary>
    static bool IsWritten(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().All(static p => p.Name is not ("ColumnRef" or "SubLink") && IsWritten(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().All(IsWritten),
        _ => true,
    };

    Value Operands(Node node, Scope scope)
    {
        var operands = Evaluate(node["lexpr"], scope).Or(Evaluate(node["rexpr"], scope));
        return resolution.Calls.Operator(node, operands);
    }

    Value Evaluate(Node node, Scope scope) => resolution.Expressions.Evaluate(node, scope);

    void Use(Value value, ColumnUseKind kind) => resolution.Uses.Add(value, kind);
}
