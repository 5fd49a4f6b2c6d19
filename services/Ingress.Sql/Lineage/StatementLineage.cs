using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>What a statement returns, by its kind.</summary>
/// <param name="around">The names around it: variables of code that it stands in.</param>
sealed class StatementLineage(Resolution resolution, Scope? around = null)
{
    public IReadOnlyList<ResultColumn>? Resolve(Node statement)
    {
        switch (statement.Kind)
        {
            case "SelectStmt": return Select(statement);
            case "InsertStmt" or "UpdateStmt" or "DeleteStmt" or "MergeStmt": return Change(statement);
            case "CopyStmt": return Copy(statement);
            case "DeclareCursorStmt": return Resolve(statement["query"]);
            case "ExplainStmt": return Explain(statement);
            case "VariableShowStmt": return Show(statement);
            case "CreateTableAsStmt":
                Store(CreatedFrom(statement["query"]));
                return null;
            case "CallStmt":
                resolution.Calls.Evaluate(statement.Child("funccall", "FuncCall"), new Scope(null, null));
                return null;
            default:
                new DefinitionLineage(resolution).Resolve(statement);
                return null;
        }
    }

    IReadOnlyList<ResultColumn>? Select(Node select)
    {
        var shape = resolution.Queries.Resolve(select, around, null);
        if (!LeftmostHasInto(select)) return ToResult(shape);
        Store(shape.Row);
        return null;
    }

    IReadOnlyList<ResultColumn>? Change(Node change)
    {
        var shape = resolution.Changes.Resolve(change, around, null);
        // Its rule hands what is set to set_config, and shows what is set then.
        if (SetsSettings(change)) return [ResultColumn.Constant("set_config")];
        // A rewrite rule may answer with any query's rows.
        return shape is null || HasRules(change) ? null : ToResult(shape);
    }

    bool SetsSettings(Node change) =>
        change.Kind == "UpdateStmt" && resolution.Relations.Find(change.Child("relation", "RangeVar"), null) is { Schema: "pg_catalog", Name: "pg_settings" };

    bool HasRules(Node change) => resolution.Relations.Find(change.Child("relation", "RangeVar"), null) is { HasRules: true };

    List<ResultColumn>? Copy(Node copy)
    {
        // What a program does, and what lies in the server's own files (its log, its data), nobody follows.
        if (copy.Flag("is_program") || copy.Flag("is_from") && copy.Has("filename")) resolution.Uses.Hide();
        if (copy.Flag("is_from"))
        {
            resolution.Changes.Load(copy);
            return null;
        }

        var shape = copy.Has("query") ? CreatedFrom(copy["query"]) : CopiedColumns(copy);
        if (!copy.Has("filename")) return ToResult(shape);
        Store(shape);
        return null;
    }

    Shape CopiedColumns(Node copy)
    {
        var relation = resolution.Relations.Find(copy.Child("relation", "RangeVar"), null);
        var shape = resolution.Relations.ShapeOf(relation);
        var names = copy.Names("attlist");
        if (names.Count > 0) return new([.. names.Select(n => new OutputColumn(n, shape.Find(n!) ?? Value.Unknown))]);
        // Generated columns are only copied when they are named.
        return shape with { Columns = [.. shape.Columns.Where((_, i) => relation!.Columns[i].Generated is null)] };
    }

    /// <summary>The plan shows no rows, but constants folded from calls of immutable functions; and, with ANALYZE, how much memory the values took.</summary>
    List<ResultColumn> Explain(Node explain)
    {
        var inner = explain["query"];
        var runs = explain.Body.Option("options", "analyze") is { } analyze && analyze.IsOn();
        var shape = inner.Kind == "ExecuteStmt" ? Prepared(inner) : null;
        if (shape is null) Resolve(inner);
        var opaque = resolution.CalledOpaque || shape is { Row.Opaque: true };
        if (!runs) return [new("QUERY PLAN", [], opaque)];
        return [(shape is null ? resolution.Touched : Value.Unknown).Or(opaque ? Value.Unknown : null).Derived().ToResult("QUERY PLAN")];
    }

    static List<ResultColumn> Show(Node show) => show.Text("name") switch
    {
        "all" => [ResultColumn.Constant("name"), ResultColumn.Constant("setting"), ResultColumn.Constant("description")],
        var name => [ResultColumn.Constant(name ?? "")],
    };

    /// <summary>The rows of the query inside CREATE TABLE AS or COPY.</summary>
    Shape CreatedFrom(Node query) => query.Kind switch
    {
        "SelectStmt" => resolution.Queries.Resolve(query, around, null),
        "ExecuteStmt" => Prepared(query),
        _ => resolution.Changes.Resolve(query, around, null) ?? Shape.Unknown,
    };

    Shape Prepared(Node execute)
    {
        var prepared = resolution.Context.Prepared(execute.Text("name") ?? "");
        foreach (var use in prepared?.Facts.ColumnUses ?? [])
            resolution.Uses.Take(use);
        return prepared?.Result is { } columns ? new([.. columns.Select(static c => new OutputColumn(c.Name, FromResult(c)))]) : Shape.Unknown;
    }

    static Value FromResult(ResultColumn column) =>
        new([.. column.Sources.Select(s => new Source(s.Column, s.Through.FirstOrDefault(), false) { IsVouched = !column.Opaque })], column.Opaque);

    void Store(Shape shape) => Store(shape.Row);

    void Store(Value value) => resolution.Uses.Add(value, ColumnUseKind.Stored);

    static bool LeftmostHasInto(Node select)
    {
        while (select.Has("larg")) select = select.Child("larg", "SelectStmt");
        return select.Has("intoClause");
    }

    static List<ResultColumn>? ToResult(Shape shape) =>
        shape.Closed ? [.. shape.Columns.Select(static c => c.Value.ToResult(c.Name ?? "?column?"))] : null;
}
