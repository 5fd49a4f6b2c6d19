using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>SELECT, VALUES and set operations.</summary>
sealed class QueryLineage(Resolution resolution)
{
    /// <param name="query">A SelectStmt, or a data-modifying statement inside WITH.</param>
    /// <param name="outer">The levels around it that its names may reach.</param>
    public Shape Resolve(Node query, Scope? outer, CteChain? ctes)
    {
        resolution.Step();
        if (query.Kind != "SelectStmt") return resolution.Changes.Resolve(query, outer, ctes) ?? Shape.Empty;
        ctes = resolution.With.Enter(query, outer, ctes);
        if (query.Has("larg")) return SetOperation(query, outer, ctes);
        return query.Has("valuesLists") ? Values(query, outer, ctes) : Select(query, outer, ctes);
    }

    Shape SetOperation(Node query, Scope? outer, CteChain? ctes)
    {
        var left = Resolve(query.Child("larg", "SelectStmt"), outer, ctes);
        // The first branch of a recursive query says what its own name means in the second.
        resolution.With.Seed(query, left);
        var right = Resolve(query.Child("rarg", "SelectStmt"), outer, ctes);
        var shape = left.MergeWith(right);
        if (query.Text("op") != "SETOP_UNION" || !query.Flag("all")) Use(shape.Row, ColumnUseKind.Group);
        SortAndLimit(query, new Scope(outer, ctes), shape);
        return shape;
    }

    Shape Values(Node query, Scope? outer, CteChain? ctes)
    {
        var scope = new Scope(outer, ctes);
        Shape? rows = null;
        foreach (var list in query.List("valuesLists"))
        {
            var row = resolution.Expressions.Targets(list.List("items"), scope);
            rows = rows is null ? row : rows.MergeWith(row);
        }
        var shape = rows ?? Shape.Empty;
        shape = shape with { Columns = [.. shape.Columns.Select(static (c, i) => c with { Name = $"column{i + 1}" })] };
        SortAndLimit(query, scope, shape);
        return shape;
    }

    Shape Select(Node query, Scope? outer, CteChain? ctes)
    {
        var scope = new Scope(outer, ctes);
        var from = query.List("fromClause");
        foreach (var item in from)
            resolution.From.Add(item, scope);
        resolution.Setting = from is [{ Kind: "RangeVar" } only] && resolution.Relations.Find(only, ctes) is { Schema: "pg_catalog", Name: "pg_settings" } ? SpaceLimit.NamedBy(query["whereClause"]) : null;
        foreach (var window in query.List("windowClause"))
            scope.Windows[window.Text("name") ?? ""] = resolution.Calls.Window(window, scope);
        resolution.Conditions.Condition(query["whereClause"], scope);
        var shape = resolution.Expressions.Targets(query.List("targetList"), scope);
        resolution.Setting = null;
        var keys = query.List("groupClause");
        foreach (var i in KeyedRows.Deciding([.. keys.Select(k => Meant(k, query))], scope))
            Use(GroupValue(keys[i], scope, shape), ColumnUseKind.Group);
        resolution.Conditions.Condition(query["havingClause"], scope);
        Distinct(query, scope, shape);
        SortAndLimit(query, scope, shape);
        return shape;
    }

    void Distinct(Node query, Scope scope, Shape shape)
    {
        // Plain DISTINCT is a list holding one null.
        if (!query.Has("distinctClause")) return;
        var keys = query.List("distinctClause").Where(static n => n.Exists).ToList();
        if (keys.Count == 0) Use(shape.Row, ColumnUseKind.Group);
        foreach (var key in keys)
            Use(SortValue(key, scope, shape), ColumnUseKind.Order);
    }

    void SortAndLimit(Node query, Scope scope, Shape shape)
    {
        foreach (var sort in query.List("sortClause"))
            Use(SortValue(sort["node"], scope, shape), ColumnUseKind.Order);
        Use(resolution.Expressions.Evaluate(query["limitCount"], scope), ColumnUseKind.Other);
        Use(resolution.Expressions.Evaluate(query["limitOffset"], scope), ColumnUseKind.Other);
    }

    /// <summary>In ORDER BY a bare name means a result column first, a number means its place.</summary>
    Value SortValue(Node key, Scope scope, Shape shape)
    {
        if (key.Position is { } position) return shape.At(position - 1);
        if (BareName(key) is not { } name) return resolution.Expressions.Evaluate(key, scope);
        // A result column whose name is not modelled may be meant as well.
        return (shape.Find(name) ?? resolution.Expressions.Evaluate(key, scope)).Or(shape.Possible);
    }

    /// <summary>A number in GROUP BY means the column at its place.</summary>
    static Node Meant(Node key, Node query)
    {
        if (key.Position is not { } position || query.List("targetList") is var targets && (position < 1 || position > targets.Length)) return key;
        var target = targets[position - 1]["val"];
        // Stars before it are several columns.
        return targets.Take(position).Any(static t => IsStar(t["val"])) ? key : target;
    }

    static bool IsStar(Node target) => target.List(target.Kind == "ColumnRef" ? "fields" : "indirection") is [.., { Kind: "A_Star" }];

    /// <summary>In GROUP BY a bare name means a column of FROM first.</summary>
    Value GroupValue(Node key, Scope scope, Shape shape)
    {
        if (key.Kind == "GroupingSet") return Value.Union(key.List("content").Select(k => GroupValue(k, scope, shape)));
        if (key.Position is { } position) return shape.At(position - 1);
        if (BareName(key) is not { } name || scope.ColumnHere(name) is not null) return resolution.Expressions.Evaluate(key, scope);
        return (shape.Find(name) is { } output ? output.Or(scope.PossibleHere) : resolution.Expressions.Evaluate(key, scope)).Or(shape.Possible);
    }

    static string? BareName(Node key) => key.Kind == "ColumnRef" && key.Names("fields") is [{ } name] ? name : null;

    void Use(Value value, ColumnUseKind kind) => resolution.Uses.Add(value, kind);
}
