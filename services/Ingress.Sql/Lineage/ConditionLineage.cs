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
                Comparison(node, scope);
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
            if (subject.Exists) Equality(scope, subject, when["expr"], Evaluate(subject, scope).Or(Evaluate(when["expr"], scope)), when);
            else Condition(when["expr"], scope);
        }
    }

    void SubLink(Node node, Scope scope)
    {
        var rows = resolution.Queries.Resolve(node["subselect"], scope, scope.Ctes);
        if (node.Text("subLinkType") != "EXISTS_SUBLINK") Tested(node, Evaluate(node["testexpr"], scope), rows, scope);
    }

    /// <summary><c>tested = ANY (SELECT …)</c> and its like.</summary>
    public void Tested(Node node, Value tested, Shape rows, Scope scope)
    {
        var kind = node.Text("subLinkType") is "ANY_SUBLINK" or "ALL_SUBLINK" ? Operators.KindOf(node) : ColumnUseKind.Other;
        if (kind == ColumnUseKind.Equality && IsStored(rows) && IsSettled(node["testexpr"], scope))
            Compare(Parts(node["testexpr"], scope), Parts(rows), node);
        else
            Use(tested.Or(rows.Row), kind == ColumnUseKind.Equality ? ColumnUseKind.Other : kind);
    }

    void Comparison(Node node, Scope scope) => Comparison(node, Operands(node, scope), scope);

    /// <param name="operands">What both sides depend on.</param>
    public void Comparison(Node node, Value operands, Scope scope)
    {
        var kind = Operators.KindOf(node);
        if (kind == ColumnUseKind.Equality) Equality(scope, node["lexpr"], node["rexpr"], operands, node);
        else Use(operands, kind);
    }

    /// <summary>Equality tells little only between what is in tables and what the client wrote down.</summary>
    void Equality(Scope scope, Node left, Node right, Value operands, Node node)
    {
        if (IsWritten(right) && Folded(left, scope) is { } ours) resolution.Uses.AddWritten(operands.Opaque ? ours.Or(Value.Unknown) : ours, Written.Count(right, node), Place(node));
        else if (IsWritten(left) && Folded(right, scope) is { } theirs) resolution.Uses.AddWritten(operands.Opaque ? theirs.Or(Value.Unknown) : theirs, 1, Place(node));
        else if (IsWritten(right) && (IsSettled(left, scope) || IsOpaque(left, scope))) resolution.Uses.AddWritten(operands, Written.Count(right, node), Place(node));
        else if (IsWritten(left) && (IsSettled(right, scope) || IsOpaque(right, scope))) resolution.Uses.AddWritten(operands, 1, Place(node));
        else if (!IsSettled(left, scope) || !IsSettled(right, scope)) Use(operands, ColumnUseKind.Other);
        else
        {
            if (operands.Opaque) Use(Value.Unknown, ColumnUseKind.Equality);
            foreach (var (i, one) in Written.Elements(right, node).Index()) Compare(Parts(left, scope), Parts(one, scope), node, i);
        }
    }

    /// <summary>
    /// The column behind <c>lower(email)</c>, as log-ins look it up: without its case a text is found as surely as with it, and no part of it. Of a range, they are its bounds.
    /// </summary>
    Value? Folded(Node node, Scope scope)
    {
        if (node.Kind != "FuncCall" || node.Names("funcname") is not (["lower" or "upper"] or ["pg_catalog", "lower" or "upper"]) || node.List("args") is not [var argument]) return null;
        if (resolution.Functions.TakesRows(node.Names("funcname")[^1]!) || !resolution.Functions.AreKnown) return null;
        var value = Evaluate(argument, scope);
        return value.IsPlain && (value.IsText || argument.Kind == "TypeCast" && resolution.Expressions.KeepsValue(argument.Child("typeName", "TypeName"))) ? value : null;
    }

    /// <summary>Rows are compared column by column.</summary>
    /// <param name="element">Which of several that are compared.</param>
    void Compare(List<Value> left, List<Value> right, Node node, int element = 0)
    {
        if (left.Count != right.Count) (left, right) = ([Value.Union(left)], [Value.Union(right)]);
        foreach (var (i, (ours, theirs)) in left.Zip(right).Index())
        {
            if (!ours.HasColumns || !theirs.HasColumns) resolution.Uses.AddWritten(ours.Or(theirs), 1, Place(node), element, i);
            else resolution.Uses.AddCompared(ours, theirs);
        }
    }

    List<Value> Parts(Node node, Scope scope) => node.Kind switch
    {
        "RowExpr" => [.. node.List("args").Select(a => Evaluate(a, scope))],
        "SubLink" when Rows(node, scope) is { } rows => Parts(rows),
        _ => [Evaluate(node, scope)],
    };

    static List<Value> Parts(Shape rows) => rows.Closed ? [.. rows.Columns.Select(static c => c.Value)] : [rows.Row];

    /// <summary>What <c>(SELECT a, b …)</c> gives; null for anything else.</summary>
    Shape? Rows(Node link, Scope scope) =>
        link.Text("subLinkType") == "EXPR_SUBLINK" && resolution.Queries.Resolve(link["subselect"], scope, scope.Ctes) is { Columns.Count: not 1 } rows ? rows : null;

    static bool IsStored(Shape rows) => Parts(rows).TrueForAll(static v => v is { IsStored: true, Opaque: false });

    static int Place(Node node) => node.Number("location");

    bool IsOpaque(Node node, Scope scope) => Evaluate(node, scope).Opaque;

    bool IsSettled(Node node, Scope scope) => node.Kind switch
    {
        "RowExpr" => node.List("args").All(n => IsSettled(n, scope)),
        "A_ArrayExpr" => node.List("elements").All(n => IsSettled(n, scope)),
        "List" => node.List("items").All(n => IsSettled(n, scope)),
        "SubLink" when Rows(node, scope) is { } rows => IsStored(rows),
        _ => IsWritten(node) || Evaluate(node, scope) is { IsStored: true, Opaque: false },
    };

    /// <summary>Each of them is one value that the client wrote down.</summary>
    public bool AreWritten(List<Node> nodes) => nodes.TrueForAll(IsWritten);

    bool IsWritten(Node node) => IsWritten(node.Kind, node.Body);

    /// <summary>Without a name in it: constants, parameters and what is computed from them, the same for every row.</summary>
    bool IsWritten(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().All(p => IsWritten(p.Name, p.Value)),
        JsonValueKind.Array => element.EnumerateArray().All(IsWritten),
        _ => true,
    };

    /// <summary><c>nextval(…)</c> and <c>random()</c> are another value in each row; a collation may make one of many values equal.</summary>
    bool IsWritten(string kind, JsonElement body) => kind switch
    {
        "ColumnRef" or "SubLink" or "CollateClause" => false,
        // Somebody's type may have another equality, or another collation.
        "typeName" or "TypeName" => BuiltinTypes.Have(Node.Typed("TypeName", body).Names("names"), resolution.Context),
        "A_Indirection" when Node.Typed(kind, body).Names("indirection").Exists(static n => n is not null) => false,
        "FuncCall" => resolution.Functions.IsConstant(Node.Typed(kind, body).Names("funcname")) && !Node.Typed(kind, body).Has("over") && IsWritten(body),
        _ => IsWritten(body),
    };

    Value Operands(Node node, Scope scope)
    {
        var operands = Evaluate(node["lexpr"], scope).Or(Evaluate(node["rexpr"], scope));
        return resolution.Calls.Operator(node, operands);
    }

    Value Evaluate(Node node, Scope scope) => resolution.Expressions.Evaluate(node, scope);

    void Use(Value value, ColumnUseKind kind) => resolution.Uses.Add(value, kind);
}
