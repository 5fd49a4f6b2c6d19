namespace Hoop.Ingress.Sql.Lineage;

/// <summary>Functions in FROM, alone or in ROWS FROM.</summary>
sealed class FunctionItems(Resolution resolution)
{
    public FromItem Item(Node range, Scope neighbours)
    {
        var alias = range.Child("alias", "Alias");
        var functions = range.List("functions").ToList();
        List<Shape> shapes = [];
        foreach (var entry in functions)
        {
            var parts = entry.List("items").ToList();
            var defined = ColumnNames(parts.ElementAtOrDefault(1).List("items"));
            if (functions.Count == 1 && defined.Count == 0) defined = ColumnNames(range.List("coldeflist"));
            var single = functions.Count == 1 ? alias.Text("aliasname") : null;
            shapes.Add(ShapeOf(parts[0], defined, single, neighbours));
        }
        if (range.Flag("ordinality")) shapes.Add(new([new("ordinality", Value.None)]));
        var name = functions.Count > 0 ? OutputName.Of(functions[0].List("items").First()) : null;
        return FromLineage.Named(alias, name, Shape.Concat(shapes));
    }

    static List<string> ColumnNames(IEnumerable<Node> definitions) => [.. definitions.Select(static d => d.Text("colname")).OfType<string>()];

    Shape ShapeOf(Node function, List<string> defined, string? alias, Scope neighbours)
    {
        var value = resolution.Expressions.Evaluate(function, neighbours).Derived();
        if (defined.Count > 0) return new([.. defined.Select(n => new OutputColumn(n, value))]);
        var columns = function.Kind switch
        {
            "FuncCall" when IsUnnestOfScalars(function) => [],
            "FuncCall" => resolution.Functions.Find(function.Names("funcname")).Columns,
            "SQLValueFunction" => [],
            _ => null,
        };
        return columns switch
        {
            null => new([], value),
            [] => new([new(alias ?? OutputName.Of(function), value)]),
            _ => new([.. columns.Select(n => new OutputColumn(n, value))]),
        };
    }

    /// <summary>An array of rows unfolds into as many columns as the row has; an array that is plainly of scalars gives one.</summary>
    bool IsUnnestOfScalars(Node call) =>
        call.Names("funcname") is ["unnest"] or ["pg_catalog", "unnest"] && call.List("args").ToList() is [var array] && IsScalarArray(array);

    bool IsScalarArray(Node array) => array.Kind switch
    {
        "A_ArrayExpr" => array.List("elements").All(static e => e.Kind == "A_Const"),
        "TypeCast" => array.Child("typeName", "TypeName") is var type && type.Has("arrayBounds") && BuiltinTypes.Have(type.Names("names"), resolution.Context),
        _ => false,
    };
}
