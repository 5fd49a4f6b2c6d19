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
                Use(Operands(node, scope), Operators.KindOf(node));
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
            if (subject.Exists) Use(Evaluate(subject, scope).Or(Evaluate(when["expr"], scope)), ColumnUseKind.Equality);
            else Condition(when["expr"], scope);
        }
    }

    void SubLink(Node node, Scope scope)
    {
        var kind = node.Text("subLinkType") is "ANY_SUBLINK" or "ALL_SUBLINK" ? Operators.KindOf(node) : ColumnUseKind.Other;
        var rows = resolution.Queries.Resolve(node["subselect"], scope, scope.Ctes);
        if (node.Text("subLinkType") == "EXISTS_SUBLINK") return;
        Use(Evaluate(node["testexpr"], scope).Or(rows.Row), kind);
    }

    Value Operands(Node node, Scope scope)
    {
        var operands = Evaluate(node["lexpr"], scope).Or(Evaluate(node["rexpr"], scope));
        return resolution.Calls.Operator(node, operands);
    }

    Value Evaluate(Node node, Scope scope) => resolution.Expressions.Evaluate(node, scope);

    void Use(Value value, ColumnUseKind kind) => resolution.Uses.Add(value, kind);
}
