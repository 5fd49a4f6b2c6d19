using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Understanding;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>What an expression's value depends on.</summary>
sealed class ExpressionLineage(Resolution resolution)
{
    static readonly Value Parameter = Value.None.AsForeign();

    public Value Evaluate(Node node, Scope scope)
    {
        if (!node.Exists) return Value.None;
        resolution.Step();
        switch (node.Kind)
        {
            case "ColumnRef": return resolution.Touch(Column(node, scope));
            // Whoever sends it says of what type it is.
            case "ParamRef": return Parameter;
            case "CollateClause": return Evaluate(node["arg"], scope).Derived().AsForeign();
            case "A_Const" or "SQLValueFunction" or "SetToDefault" or "String" or "TypeName":
                return Value.None;
            case "FuncCall": return resolution.Calls.Evaluate(node, scope);
            case "SubLink": return SubLink(node, scope);
            case "SelectStmt": return resolution.Queries.Resolve(node, scope, scope.Ctes).Row;
            case "A_Expr": return Operator(node, scope);
            case "TypeCast": return Cast(node, scope);
            // A row, an array or a list holds its members' values unchanged.
            case "RowExpr": return Row(node.List("args"), scope);
            case "A_ArrayExpr": return Gathered(Elements(node.List("elements"), scope)).AsMadeArray();
            case "List": return Elements(node.List("items"), scope);
            case "NamedArgExpr": return Evaluate(node["arg"], scope);
            case "A_Indirection": return resolution.Touch(Indirection(node, scope));
            case "CaseExpr": return Case(node, scope);
            case "MultiAssignRef": return MultiAssign(node, scope);
            case "BoolExpr": return Boolean(node, scope);
            case "CoalesceExpr": return Coalesce(node, scope);
            case "NullTest": return NullTest(node, scope);
            default:
                var below = EvaluateBelow(node, scope).Derived();
                if (!Totality.Is(node)) resolution.Uses.Add(below, ColumnUseKind.Other);
                else if (node.Kind == "MinMaxExpr") below = Greatest(below);
                // A key that is NULL is an error, and so is a date in XML that is not: infinity.
                else if (node.Kind is "JsonObjectConstructor" or "JsonObjectAgg" or "XmlExpr") resolution.Uses.Add(node.Kind == "XmlExpr" ? below.Lapses.Or(below.Times) : below.Lapses, ColumnUseKind.Other);
                else if (node.Kind.StartsWith("Json", StringComparison.Ordinal)) resolution.Uses.Add(below.Parts, ColumnUseKind.Other);
                // To an older server it may be somebody's function.
                return LaterSyntax.FunctionOf(node.Kind, node.Body, new(resolution.Context)) is { } function ? resolution.Calls.Attribute(function, below) : below;
        }
    }

    /// <summary>A target list or a row: stars stand for all their columns.</summary>
    public Shape Targets(IEnumerable<Node> items, Scope scope) => Shape.Concat(items.Select(item => Target(item, scope)));

    /// <summary>Everything that is referred to anywhere beneath a node of a kind that has no rule of its own.</summary>
    public Value EvaluateBelow(Node node, Scope scope)
    {
        var value = Value.None;
        Collect(node.Body, scope, ref value);
        return value;
    }

    void Collect(JsonElement element, Scope scope, ref Value value)
    {
        resolution.Step();
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Collect(item, scope, ref value);
            return;
        }
        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (var property in element.EnumerateObject())
        {
            // Node kinds begin with a capital, fields do not.
            if (char.IsAsciiLetterUpper(property.Name[0])) value = value.Or(Evaluate(Node.Typed(property.Name, property.Value), scope));
            else Collect(property.Value, scope, ref value);
        }
    }

    Shape Target(Node item, Scope scope)
    {
        var target = item.Kind == "ResTarget" ? item["val"] : item;
        if (StarOf(target, scope) is { } expanded)
        {
            resolution.Touch(expanded.Row);
            return expanded;
        }
        var name = item.Kind == "ResTarget" ? item.Text("name") : null;
        return new([new(name ?? OutputName.Of(target), Evaluate(target, scope))]);
    }

    Shape? StarOf(Node target, Scope scope)
    {
        if (target.Kind == "ColumnRef" && IsStar(target.List("fields").LastOrDefault()))
        {
            var names = target.Names("fields");
            if (names.Count == 1) return Shape.Concat(scope.Items.Where(static i => i.ColumnsVisible).Select(static i => i.Shape));
            return ItemOf(names, names.Count - 1, scope)?.Shape ?? Shape.Unknown;
        }
        if (target.Kind != "A_Indirection" || !IsStar(target.List("indirection").LastOrDefault())) return null;
        // (c).*: the columns of a row in sight; of any other composite value, how many is not known.
        return target.List("indirection").Count() == 1 && RowItem(target["arg"], scope) is { } item ? item.Shape : new([], Indirection(target, scope));
    }

    static bool IsStar(Node node) => node.Kind == "A_Star";

    Value Column(Node reference, Scope scope)
    {
        var names = reference.Names("fields");
        if (names is [{ } single]) return scope.FindColumn(single) ?? scope.FindItem(single)?.Shape.Row.AsRow() ?? resolution.Uses.Miss(single);
        // rel.* in an expression is the whole row.
        if (names[^1] is not { } column) return ItemOf(names, names.Count - 1, scope)?.Shape.Row.AsRow() ?? Value.Unknown;
        return ItemOf(names, names.Count - 1, scope) is { } item ? Field(item, column) : resolution.Uses.Miss(string.Join('.', names));
    }

    /// <summary><c>rel.name</c>: a column, or a call of the function "name" on the row.</summary>
    Value Field(FromItem item, string name)
    {
        if (item.Find(name) is { } column) return column;
        var (row, possible) = (item.Shape.Row, item.Shape.Possible);
        if (possible is null || resolution.Functions.TakesRows(name)) return resolution.Calls.RowAttribute(name, row).Or(possible);
        // PostgreSQL's own that take any row put it into one value, and never fail.
        return resolution.Functions.Has(name) ? possible.Or(row.Derived()) : possible;
    }

    /// <summary>The relation that the first names mean: <c>rel</c>, <c>schema.rel</c> or <c>database.schema.rel</c>.</summary>
    static FromItem? ItemOf(List<string?> names, int count, Scope scope) => count switch
    {
        1 => scope.FindItem(names[0]!),
        2 => scope.FindItem(names[1]!, names[0]),
        3 => scope.FindItem(names[2]!, names[1]),
        _ => null,
    };

    /// <summary>The relation whose whole row a reference means; null when it is a column or not known.</summary>
    FromItem? RowItem(Node node, Scope scope)
    {
        if (node.Kind != "ColumnRef") return null;
        var names = node.Names("fields");
        if (names is [{ } single]) return scope.FindColumn(single) is null ? scope.FindItem(single) : null;
        return names[^1] is null ? ItemOf(names, names.Count - 1, scope) : null;
    }

    Value Indirection(Node node, Scope scope)
    {
        var steps = node.List("indirection");
        var field = steps is [{ String: { } name }, ..] ? Field(node["arg"], name, scope) : null;
        var value = field ?? Evaluate(node["arg"], scope);
        foreach (var step in steps.Skip(field is null ? 0 : 1))
            value = step.String is { } further ? resolution.Calls.Attribute(further, value) : Element(value, step, scope);
        return value;
    }

    /// <summary>Of an array that is NULL no element is looked for: what says which one is not worked out then.</summary>
    Value Element(Value array, Node step, Scope scope)
    {
        var place = EvaluateBelow(step, scope).Derived();
        // Which element it is, is a choice as CASE is one: of infinity XML fails, of "\u0000" JSON does.
        resolution.Uses.Add(place, ColumnUseKind.Other);
        if (Written.IsComputed(step)) resolution.Uses.Add(array.Lapses, ColumnUseKind.Other);
        return (step.Flag("is_slice") ? array.Derived() : array.Derived().AsElement()).Or(place).Lapsing();
    }

    /// <summary>The field of a row whose columns are known; null when a function may be meant.</summary>
    Value? Field(Node row, string name, Scope scope)
    {
        // Only a row that is named here and now has certain field names; one from a subquery carries its table's, whatever the alias said.
        if (RowItem(row, scope) is { } item) return Field(item, name);
        return row.Kind == "FuncCall" && resolution.Functions.Find(row.Names("funcname")).Columns?.Contains(name) == true ? Evaluate(row, scope).Derived() : null;
    }

    Value Operator(Node node, Scope scope)
    {
        var operands = Evaluate(node["lexpr"], scope).Or(Evaluate(node["rexpr"], scope));
        var picky = Totality.IsPicky(node);
        if (!Totality.Takes(node) || operands.IsSwollen || picky && operands.IsComposed || operands.IsForeign && resolution.Calls.IsOthers(node)) resolution.Conditions.Comparison(node, operands, scope);
        else if (picky) resolution.Uses.Add(operands.Lapses, ColumnUseKind.Other);
        var puts = node.Names("name") is [.., "||"];
        if (puts) Gathered(operands);
        var value = resolution.Calls.Operator(node, operands).Derived();
        if (puts) return value.AsMadeArray();
        if (!Totality.Lapses(node)) return value;
        return Totality.TakesPart(node) ? value.Lapsing().AsPart() : value.Lapsing();
    }

    /// <summary>GREATEST and LEAST pass over NULL, and compare.</summary>
    Value Greatest(Value values)
    {
        resolution.Uses.Add(values.IsComposed ? values : values.Lapses, ColumnUseKind.Other);
        return values.AsChosen();
    }

    /// <summary>AND and OR stop at the first part that decides: what comes after may tell by failing.</summary>
    Value Boolean(Node node, Scope scope)
    {
        resolution.Conditions.Condition(node, scope);
        return EvaluateBelow(node, scope).Derived();
    }

    /// <summary>Whether a column has a value is no secret of its value: one that is NULL is shown so, and asking for it is ruled by itself.</summary>
    Value NullTest(Node node, Scope scope)
    {
        var value = EvaluateBelow(node, scope);
        if (!value.IsPlain) return value.Derived();
        resolution.Uses.Add(value, ColumnUseKind.NullTest);
        return Value.None;
    }

    Value Coalesce(Node node, Scope scope)
    {
        List<Value> values = [.. node.List("args").Select(a => Evaluate(a, scope))];
        foreach (var value in values.SkipLast(1)) resolution.Uses.Add(value, ColumnUseKind.NullTest);
        return Value.Union(values).Derived();
    }

    Value Cast(Node node, Scope scope)
    {
        var value = Evaluate(node["arg"], scope);
        var type = node.Child("typeName", "TypeName");
        if (Totality.Casts(type, resolution.Context)) value = value.AsOne();
        else resolution.Uses.Add(value, ColumnUseKind.Other);
        if (!BuiltinTypes.Have(type.Names("names"), resolution.Context)) value = value.AsForeign();
        if (Totality.Swells(type)) value = value.Swelling();
        return resolution.Calls.Cast(type, KeepsValue(type) && value.IsWrittenWhole ? value : value.Derived());
    }

    /// <summary>Casts to text without a length change no character; any other may round, cut or fold.</summary>
    public bool KeepsValue(Node type) =>
        !type.Has("typmods") && !type.Has("arrayBounds") && type.Names("names") is [.., "text" or "varchar"] names && BuiltinTypes.Have(names, resolution.Context);

    /// <summary>Arrays within one array must be of the same dimensions.</summary>
    Value Gathered(Value value)
    {
        resolution.Uses.Add(value.Arrays, ColumnUseKind.Other);
        return value;
    }

    Value Row(IEnumerable<Node> items, Scope scope) => Elements(items, scope).AsRow();

    Value Elements(IEnumerable<Node> items, Scope scope) => Targets(items, scope).Row;

    Value Case(Node node, Scope scope)
    {
        resolution.Conditions.CaseConditions(node, scope);
        return EvaluateBelow(node, scope).Derived();
    }

    Value SubLink(Node node, Scope scope)
    {
        var shape = resolution.Queries.Resolve(node["subselect"], scope, scope.Ctes);
        return node.Text("subLinkType") switch
        {
            "EXISTS_SUBLINK" => Value.None,
            // Several columns are a row, to be compared with one.
            "EXPR_SUBLINK" => shape.Columns.Count == 1 ? shape.At(0) : shape.Row,
            "ARRAY_SUBLINK" => Gathered(shape.Columns.Count == 1 ? shape.At(0) : shape.Row).AsMadeArray(),
            _ => Tested(node, shape, scope),
        };
    }

    /// <summary>It reads rows until one decides: how many were read may be told by what else they do.</summary>
    Value Tested(Node link, Shape rows, Scope scope)
    {
        var tested = Evaluate(link["testexpr"], scope);
        resolution.Conditions.Tested(link, tested, rows, scope);
        return tested.Or(rows.Row).Derived();
    }

    /// <summary>One column of <c>(a, b) = (SELECT …)</c> or <c>(a, b) = ROW(…)</c>.</summary>
    Value MultiAssign(Node node, Scope scope)
    {
        var index = node.Number("colno") - 1;
        var source = node["source"];
        return source.Kind switch
        {
            "SubLink" => resolution.Queries.Resolve(source["subselect"], scope, scope.Ctes).At(index),
            "RowExpr" => Targets(source.List("args"), scope).At(index),
            _ => Evaluate(source, scope),
        };
    }
}
