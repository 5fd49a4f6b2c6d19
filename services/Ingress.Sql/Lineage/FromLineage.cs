using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>What stands in FROM, and the names it brings.</summary>
sealed class FromLineage(Resolution resolution)
{
    /// <summary>Adds the item's names to the scope, and returns the columns that it contributes to <c>*</c>.</summary>
    public Shape Add(Node node, Scope scope)
    {
        resolution.Step();
        if (node.Kind == "JoinExpr") return Join(node, scope);
        var item = Item(node, scope);
        scope.Items.Add(item);
        return item.Shape;
    }

    /// <summary>A table, view or WITH query by name.</summary>
    public FromItem Relation(Node range, Scope scope)
    {
        var name = range.Text("relname") ?? "";
        var alias = range.Child("alias", "Alias");
        var cte = range.Has("schemaname") ? null : CteChain.Find(scope.Ctes, name);
        if (cte is not null) return Named(alias, name, Seen(cte.Visible));
        var relation = resolution.Relations.Find(range, scope.Ctes);
        // What a view looks at besides what it shows is not known here.
        if (relation is { Kind: 'v', Schema: not ("pg_catalog" or "information_schema") }) resolution.Touch(Value.Unknown);
        return Named(alias, name, resolution.Relations.ShapeOf(relation)) with
        {
            Schema = alias.Exists ? null : relation?.Schema ?? range.Text("schemaname"),
            HasSystemColumns = relation is { Kind: not 'v' },
            Key = alias.Has("colnames") ? [] : resolution.Relations.KeyOf(relation),
        };
    }

    FromItem Item(Node node, Scope scope)
    {
        switch (node.Kind)
        {
            case "RangeVar": return Relation(node, scope);
            case "RangeSubselect":
                // Only LATERAL sees its neighbours to the left.
                var shape = resolution.Queries.Resolve(node["subquery"], node.Flag("lateral") ? Neighbours(scope) : scope.Outer, scope.Ctes);
                return Named(node.Child("alias", "Alias"), null, Seen(shape));
            case "RangeFunction":
                var function = new FunctionItems(resolution).Item(node, Neighbours(scope));
                return function with { Shape = Seen(function.Shape) };
            case "RangeTableSample":
                resolution.Uses.Add(Value.Union(node.List("args").Append(node["repeatable"]).Select(a => resolution.Expressions.Evaluate(a, scope))), ColumnUseKind.Other);
                return Item(node["relation"], scope);
            case "RangeTableFunc" or "JsonTable":
                // How many rows there are depends on the value.
                var value = resolution.Expressions.EvaluateBelow(node, Neighbours(scope)).Derived();
                resolution.Uses.Add(value, ColumnUseKind.Other);
                return Named(node.Child("alias", "Alias"), null, Seen(new([.. TableColumns(node).Select(n => new OutputColumn(n, value))])));
            default:
                var below = resolution.Expressions.EvaluateBelow(node, Neighbours(scope)).Derived();
                resolution.Uses.Add(below, ColumnUseKind.Other);
                return Named(node.Child("alias", "Alias"), null, new([], below.Or(Value.Unknown)));
        }
    }

    static Shape Seen(Shape shape) => shape.Map(static v => v.Seen());

    /// <summary>What is to the left of a lateral item, with the levels around.</summary>
    static Scope Neighbours(Scope scope) => new(scope.Outer, scope.Ctes) { Items = [.. scope.Items] };

    /// <summary>The columns of XMLTABLE and JSON_TABLE, nested paths in place.</summary>
    static IEnumerable<string?> TableColumns(Node table)
    {
        foreach (var column in table.List("columns"))
        {
            if (column.Text("coltype") != "JTC_NESTED") yield return column.Text("colname") ?? column.Text("name");
            else
                foreach (var nested in TableColumns(column))
                    yield return nested;
        }
    }

    public static FromItem Named(Node alias, string? name, Shape shape) =>
        new(alias.Text("aliasname") ?? name, shape.Rename(alias.Names("colnames")));

    Shape Join(Node join, Scope scope)
    {
        var start = scope.Items.Count;
        var left = Add(join["larg"], scope);
        var right = Add(join["rarg"], scope);
        var merged = MergedNames(join, left, right);
        List<OutputColumn> common = [];
        foreach (var name in merged)
        {
            var (ours, theirs) = (resolution.Touch(Column(left, name)), resolution.Touch(Column(right, name)));
            if (ours.IsStored && theirs.IsStored) resolution.Uses.AddCompared(ours, theirs);
            else resolution.Uses.Add(ours.Or(theirs), ColumnUseKind.Other);
            common.Add(new(name, ours.Or(theirs)));
        }
        var condition = new Scope(scope.Outer, scope.Ctes) { Items = scope.Items[start..] };
        resolution.Conditions.Condition(join["quals"], condition);
        var shape = Shape.Concat([new Shape(common), Without(left, merged), Without(right, merged)]);
        // Where a name is not certain, neither is which columns became one, and so what stands where.
        if (!IsCertain(join, left, right, merged)) shape = shape with { Others = shape.Row };
        return Publish(join, scope, start, shape, common);
    }

    /// <summary>Inside an aliased join nothing is visible but the join; else its parts stay reachable by their names.</summary>
    static Shape Publish(Node join, Scope scope, int start, Shape shape, List<OutputColumn> common)
    {
        var parts = scope.Items[start..];
        scope.Items.RemoveRange(start, parts.Count);
        var alias = join.Child("alias", "Alias");
        if (!alias.Exists) scope.Items.AddRange(parts.Select(static p => p with { ColumnsVisible = false }));
        var item = Named(alias, null, shape);
        scope.Items.Add(item);
        if (join.Child("join_using_alias", "Alias").Text("aliasname") is { } usingAlias)
            scope.Items.Add(new(usingAlias, new(common)) { ColumnsVisible = false });
        return item.Shape;
    }

    static List<string> MergedNames(Node join, Shape left, Shape right)
    {
        if (!join.Flag("isNatural")) return [.. join.Names("usingClause").OfType<string>()];
        return [.. left.Columns.Select(static c => c.Name).OfType<string>().Where(n => right.Find(n) is not null).Distinct()];
    }

    static bool IsCertain(Node join, Shape left, Shape right, List<string> merged) => join.Flag("isNatural")
        ? left.Possible is null && right.Possible is null
        : merged.TrueForAll(n => left.Find(n) is not null && right.Find(n) is not null);

    static Value Column(Shape side, string name) => side.Find(name) ?? side.Possible ?? Value.Unknown;

    static Shape Without(Shape side, List<string> merged) =>
        side with { Columns = [.. side.Columns.Where(c => c.Name is null || !merged.Contains(c.Name))] };
}
