namespace Hoop.Ingress.Sql.Lineage;

/// <summary>How many values the client wrote down on one side of a comparison.</summary>
static class Written
{
    const int Unknown = int.MaxValue / 2;

    /// <param name="comparison">The expression it stands in: only of <c>= ANY (…)</c> and IN are there several.</param>
    public static int Count(Node written, Node comparison) => comparison.Text("kind") switch
    {
        "AEXPR_IN" => written.List("items").Count(),
        "AEXPR_OP_ANY" or "AEXPR_OP_ALL" => Elements(written),
        _ => 1,
    };

    /// <summary>Whether the place in <c>a[…]</c> is more than a constant.</summary>
    public static bool IsComputed(Node step) => step.Kind == "A_Indices" && !(IsConstant(step["lidx"]) && IsConstant(step["uidx"]));

    static bool IsConstant(Node place) => place.Kind switch
    {
        "" or "A_Const" or "ParamRef" => true,
        "TypeCast" => IsConstant(place["arg"]),
        _ => false,
    };

    /// <summary>What a value is compared with, one by one: the members of IN and of <c>= ANY (ARRAY[…])</c>.</summary>
    public static IEnumerable<Node> Elements(Node compared, Node comparison) => comparison.Text("kind") switch
    {
        "AEXPR_IN" when compared.Kind == "List" => compared.List("items"),
        "AEXPR_OP_ANY" or "AEXPR_OP_ALL" => Members(compared),
        _ => [compared],
    };

    static IEnumerable<Node> Members(Node array) => array.Kind == "A_ArrayExpr" ? array.List("elements").SelectMany(Members) : [array];

    /// <summary>Of an array that is computed, or comes as a parameter, nobody knows how long it is.</summary>
    static int Elements(Node array) => array.Kind switch
    {
        "A_ArrayExpr" => (int)Math.Min(Unknown, array.List("elements").Sum(static e => e.Kind == "A_ArrayExpr" ? Elements(e) : 1L)),
        "A_Const" => 1 + (array.Child("sval", "String").Text("sval") ?? "").Count(static c => c == ','),
        "TypeCast" => Elements(array["arg"]),
        _ => Unknown,
    };
}
