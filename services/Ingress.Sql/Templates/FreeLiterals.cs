using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Templates;

/// <summary>
/// Says which literals of a statement may take any value without its meaning changing. A positive list: only SELECT, INSERT, UPDATE and DELETE, and in them
/// only constants that stand by themselves in a place where nothing looks at their value:
/// <list type="bullet">
/// <item>opposite an expression with a column in it, in a comparison, sum, IN or BETWEEN by an operator of <see cref="Symbols"/>;</item>
/// <item>as a value of INSERT … VALUES or of SET;</item>
/// <item>as the statement's own LIMIT or OFFSET;</item>
/// <item>under a cast to one of <see cref="Types"/>, or as an argument of one of <see cref="Functions"/>, in any such place.</item>
/// </list>
/// Everything else stays as it is written, above all whatever is judged by comparing parts of the text with each other (<c>a + 1 = a + 1</c>,
/// <c>a = 1 OR a &lt;&gt; 1</c>). The answer depends on the shape of the tree alone, never on a value.
/// </summary>
sealed class FreeLiterals
{
    static readonly FrozenSet<string> Symbols = FrozenSet.Create(
        "=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC", "NOT BETWEEN SYMMETRIC");

    static readonly FrozenSet<string> Kinds = FrozenSet.Create(
        "AEXPR_OP", "AEXPR_OP_ANY", "AEXPR_OP_ALL", "AEXPR_IN", "AEXPR_DISTINCT", "AEXPR_NOT_DISTINCT",
        "AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN", "AEXPR_BETWEEN_SYM", "AEXPR_NOT_BETWEEN_SYM");

    /// <summary>Not those whose input is a name (regclass), a path or a program.</summary>
    static readonly FrozenSet<string> Types = FrozenSet.Create(
        "int2", "int4", "int8", "float4", "float8", "numeric", "text", "varchar", "bpchar", "date", "timestamp", "timestamptz", "time", "timetz",
        "interval", "uuid", "json", "jsonb");

    /// <summary>Compute from what they are given; none takes a name, a path or a text that is run, and lineage asks none for its arguments' values.</summary>
    static readonly FrozenSet<string> Functions = FrozenSet.Create("lower", "upper", "abs", "count", "sum", "avg", "min", "max");

    static readonly FrozenSet<string> Columns = FrozenSet.Create("ColumnRef");
    static readonly FrozenSet<string> Constants = FrozenSet.Create("A_Const");

    /// <summary>Nested expressions are looked at once for every level around them; this bounds the work for a hostile one to a few milliseconds.</summary>
    const int MaxSteps = 20_000;

    int steps;
    bool changes;
    readonly Dictionary<int, int> places = [];
    readonly List<(int Place, JsonElement Constant)> free = [];

    /// <summary>Constants that are free, by their place in bytes of UTF-8.</summary>
    /// <param name="statement">The statement's node.</param>
    public static IReadOnlyList<(int Place, JsonElement Constant)> In(JsonElement statement)
    {
        var found = new FreeLiterals();
        if (!statement.TryNode(out var type, out var body) || !IsStatement(type) || !found.Survey(statement)) return [];
        if (type == "SelectStmt")
        {
            if (body.Field("limitCount") is { } count) found.Free(count);
            if (body.Field("limitOffset") is { } offset) found.Free(offset);
        }
        found.Visit(statement);
        // A constant that the grammar copied into several places stands in all of them.
        return [.. found.free.Where(f => found.places[f.Place] == 1).DistinctBy(static f => f.Place)];
    }

    static bool IsStatement(string type) => type is "SelectStmt" or "InsertStmt" or "UpdateStmt" or "DeleteStmt";

    /// <summary>Counts the constants at each place; false when there are statements of other kinds inside.</summary>
    bool Survey(JsonElement e)
    {
        Step();
        if (e.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in e.EnumerateArray())
                if (!Survey(item)) return false;
        }
        else if (e.ValueKind == JsonValueKind.Object)
        {
            foreach (var p in e.EnumerateObject())
            {
                changes |= p.Name is "UpdateStmt" or "DeleteStmt" or "onConflictClause";
                if (p.Name == "A_Const") places[p.Value.Number("location")] = places.GetValueOrDefault(p.Value.Number("location")) + 1;
                if (p.Name.EndsWith("Stmt", StringComparison.Ordinal) && char.IsAsciiLetterUpper(p.Name[0]) && !IsStatement(p.Name) || !Survey(p.Value)) return false;
            }
        }
        return true;
    }

    void Visit(JsonElement e)
    {
        Step();
        if (e.ValueKind == JsonValueKind.Array)
            foreach (var item in e.EnumerateArray()) Visit(item);
        else if (e.ValueKind == JsonValueKind.Object)
            foreach (var p in e.EnumerateObject()) Visit(p.Name, p.Value);
    }

    void Visit(string name, JsonElement body)
    {
        switch (name)
        {
            case "A_Expr":
                Expression(body);
                return;
            case "FuncCall":
                Call(body);
                return;
            // A function may be meant.
            case "A_Indirection" when body.Names("indirection").Count > 0: return;
            case "BoolExpr" when changes ? body.Text("boolop") != "AND_EXPR" : Couples(body): return;
            case "InsertStmt":
                foreach (var row in body.Field("selectStmt")?.As("SelectStmt")?.Items("valuesLists") ?? [])
                    foreach (var value in row.As("List")?.Items("items") ?? []) Free(value);
                break;
            case "UpdateStmt" or "OnConflictClause" or "onConflictClause":
                foreach (var target in body.Items("targetList"))
                    if (target.As("ResTarget")?.Field("val") is { } value) Free(value);
                break;
        }
        Visit(body);
    }

    void Expression(JsonElement body)
    {
        if (body.Field("lexpr") is not { } left || body.Field("rexpr") is not { } right)
        {
            Visit(body);
            return;
        }
        if (Couples(left, right)) return;
        var plain = body.Text("kind") is { } kind && Kinds.Contains(kind) && body.Names("name") is [var symbol] && Symbols.Contains(symbol);
        // How many values an array in a string has is asked.
        plain &= body.Text("kind") is not ("AEXPR_OP_ANY" or "AEXPR_OP_ALL") || right.As("A_ArrayExpr") is not null;
        if (plain && Has(Columns, right)) FreeAll(left);
        if (plain && Has(Columns, left)) FreeAll(right);
        Visit(left);
        Visit(right);
    }

    void Call(JsonElement call)
    {
        if (!Functions.Contains(NameIn(call.Names("funcname")))) return;
        foreach (var argument in call.Items("args")) Visit(argument);
    }

    /// <summary>A constant, or each of a list of them.</summary>
    void FreeAll(JsonElement operand)
    {
        var list = operand.As("List")?.Items("items") ?? operand.As("A_ArrayExpr")?.Items("elements");
        if (list is null) Free(operand);
        else
            foreach (var item in list) Free(item);
    }

    void Free(JsonElement value)
    {
        if (value.As("TypeCast") is { } cast && cast.Field("arg") is { } arg && IsPlain(cast)) Free(arg);
        else if (value.As("FuncCall") is { } call && Functions.Contains(NameIn(call.Names("funcname"))))
            foreach (var argument in call.Items("args")) Free(argument);
        else if (value.As("A_Const") is { } constant && (constant.Field("ival") ?? constant.Field("fval") ?? constant.Field("sval")) is not null)
            free.Add((constant.Number("location"), constant));
    }

    static bool IsPlain(JsonElement cast) =>
        cast.Field("typeName") is { } type && type.Field("typmods") is null && type.Field("setof") is null
        && Types.Contains(NameIn(type.Names("names")));

    /// <summary>Whoever else has a thing of that name: what is asked about it does not depend on its arguments.</summary>
    static string NameIn(List<string> names) => names switch { [var name] => name, ["pg_catalog", var name] => name, _ => "" };

    /// <summary>
    /// Its sides say the same but for literals: then the literals decide whether it is always true. Where rows are changed that is looked into more closely
    /// (<c>coalesce(5, a) = 5</c>), so literals on both sides are enough.
    /// </summary>
    bool Couples(JsonElement left, JsonElement right)
    {
        if (!Has(Constants, right) || !Has(Constants, left)) return false;
        if (changes) return true;
        var shape = Shape(left);
        if (shape == Shape(right)) return true;
        return (right.As("List")?.Items("items") ?? right.As("A_ArrayExpr")?.Items("elements") ?? []).Any(i => Shape(i) == shape);
    }

    string Shape(JsonElement e)
    {
        var shape = CanonicalTree.Shape(e);
        Step(shape.Length / 16);
        return shape;
    }

    /// <summary>
    /// Arms of an OR that may be each other's opposites. They are not when all are comparisons by one operator, lists or ANDs: what is
    /// opposite to one of these is by another operator or begins with NOT. (Where rows are changed no OR is looked into.)
    /// </summary>
    static bool Couples(JsonElement boolean)
    {
        if (boolean.Text("boolop") != "OR_EXPR") return false;
        string? common = null;
        foreach (var arm in boolean.Items("args"))
        {
            if (arm.As("BoolExpr") is { } and && and.Text("boolop") == "AND_EXPR") continue;
            if (arm.As("A_Expr") is not { } expression || expression.Names("name") is not [var symbol]) return true;
            if (expression.Text("kind") is not ("AEXPR_OP" or "AEXPR_IN") || symbol != (common ??= symbol)) return true;
        }
        return false;
    }

    /// <summary>Beneath it; columns of a query inside are not this one's.</summary>
    bool Has(FrozenSet<string> kinds, JsonElement e)
    {
        Step();
        if (e.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in e.EnumerateArray())
                if (Has(kinds, item)) return true;
        }
        else if (e.ValueKind == JsonValueKind.Object)
        {
            foreach (var p in e.EnumerateObject())
                if (kinds.Contains(p.Name) || (p.Name != "SubLink" || kinds != Columns) && Has(kinds, p.Value)) return true;
        }
        return false;
    }

    void Step(int cost = 1)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if ((steps += cost) > MaxSteps) throw new InvalidOperationException("The statement is too large for a template.");
    }
}
