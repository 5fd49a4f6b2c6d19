namespace Hoop.Ingress.Sql.Lineage;

/// <summary>The name PostgreSQL gives a result column without an alias (FigureColname).</summary>
static class OutputName
{
    const string Nameless = "?column?";

    /// <summary>Null when the rule for this kind of node is not modelled.</summary>
    public static string? Of(Node node) => Strong(node) is { Known: true } figured ? figured.Name ?? Nameless : null;

    /// <summary>A name of null is no name at all; a weak one (a type's, "case") gives way to a better one further in.</summary>
    static (bool Known, string? Name, bool Weak) Strong(Node node)
    {
        switch (node.Kind)
        {
            case "ColumnRef": return Found(node.Names("fields").LastOrDefault(static n => n is not null));
            case "A_Indirection":
                var field = node.Names("indirection").LastOrDefault(static n => n is not null);
                return field is not null ? Found(field) : Strong(node["arg"]);
            // Servers before PostgreSQL 14 call it date_part.
            case "FuncCall" when node.Names("funcname") is ["pg_catalog", "extract"]: return Unmodelled;
            case "FuncCall": return Found(node.Names("funcname").LastOrDefault());
            case "A_Expr": return Found(node.Text("kind") == "AEXPR_NULLIF" ? "nullif" : null);
            case "TypeCast":
                var inner = Strong(node["arg"]);
                return !inner.Known || inner is { Name: not null, Weak: false } ? inner : Weak(node.Child("typeName", "TypeName").Names("names").LastOrDefault());
            case "CollateClause": return Strong(node["arg"]);
            case "GroupingFunc": return Found("grouping");
            case "MergeSupportFunc": return Found("merge_action");
            case "CaseExpr":
                var otherwise = Strong(node["defresult"]);
                return !otherwise.Known || otherwise is { Name: not null, Weak: false } ? otherwise : Weak("case");
            case "SubLink": return OfSubLink(node);
            case "A_ArrayExpr": return Found("array");
            case "RowExpr": return Found("row");
            case "CoalesceExpr": return Found("coalesce");
            case "MinMaxExpr": return Found(node.Text("op") == "IS_LEAST" ? "least" : "greatest");
            case "SQLValueFunction": return Found(OfValueFunction(node.Text("op")));
            case "" or "A_Const" or "ParamRef" or "BoolExpr" or "NullTest" or "BooleanTest" or "SetToDefault": return Found(null);
            default: return Unmodelled;
        }
    }

    static (bool Known, string? Name, bool Weak) OfSubLink(Node node)
    {
        switch (node.Text("subLinkType"))
        {
            case "EXISTS_SUBLINK": return Found("exists");
            case "ARRAY_SUBLINK": return Found("array");
            case "EXPR_SUBLINK": break;
            default: return Found(null);
        }
        var select = node["subselect"];
        while (select.Has("larg")) select = select.Child("larg", "SelectStmt");
        if (select.Has("valuesLists")) return Found("column1");
        var target = select.List("targetList").FirstOrDefault();
        if (target.Text("name") is { } name) return Found(name);
        // SELECT * takes its name from the table.
        if (target["val"] is { Kind: "ColumnRef" or "A_Indirection" } value && HasStar(value)) return Unmodelled;
        var figured = Strong(target["val"]);
        return figured.Known ? Found(figured.Name ?? Nameless) : figured;
    }

    static bool HasStar(Node value) => value.List("fields").Concat(value.List("indirection")).Any(static n => n.Kind == "A_Star");

    static string? OfValueFunction(string? op) => op switch
    {
        "SVFOP_CURRENT_DATE" => "current_date",
        "SVFOP_CURRENT_TIME" or "SVFOP_CURRENT_TIME_N" => "current_time",
        "SVFOP_CURRENT_TIMESTAMP" or "SVFOP_CURRENT_TIMESTAMP_N" => "current_timestamp",
        "SVFOP_LOCALTIME" or "SVFOP_LOCALTIME_N" => "localtime",
        "SVFOP_LOCALTIMESTAMP" or "SVFOP_LOCALTIMESTAMP_N" => "localtimestamp",
        "SVFOP_CURRENT_ROLE" => "current_role",
        "SVFOP_CURRENT_USER" => "current_user",
        "SVFOP_USER" => "user",
        "SVFOP_SESSION_USER" => "session_user",
        "SVFOP_CURRENT_CATALOG" => "current_catalog",
        "SVFOP_CURRENT_SCHEMA" => "current_schema",
        _ => null,
    };

    static (bool Known, string? Name, bool Weak) Unmodelled => (false, null, false);

    static (bool Known, string? Name, bool Weak) Found(string? name) => (true, name, false);

    static (bool Known, string? Name, bool Weak) Weak(string? name) => (true, name, true);
}
