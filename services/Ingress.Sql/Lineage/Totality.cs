using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>
/// What gives one result for every input and never fails. <c>1 / (ascii(ssn) - 57)</c> answers by failing and <c>generate_series(1, ascii(ssn))</c>
/// by its number of rows, whatever is shown in their place; so anything else that is done to a value counts as deciding by it.
/// </summary>
static class Totality
{
    const string Catalog = "pg_catalog.";

    /// <remarks>Not ascii, which fails for other letters in EUC encodings.</remarks>
    static readonly FrozenSet<string> AnyArgument = Set(
        "upper lower initcap char_length character_length octet_length bit_length reverse md5 sha224 sha256 sha384 sha512 hashtext",
        "concat concat_ws pg_size_pretty btrim ltrim rtrim translate quote_ident quote_literal quote_nullable pg_typeof num_nulls num_nonnulls position strpos",
        "to_json to_jsonb row_to_json array_to_json json_build_array jsonb_build_array array_agg string_agg json_agg jsonb_agg xmlagg",
        "count min max bool_and bool_or every any_value mode first_value last_value");

    /// <summary>The first argument alone: a place or a length that comes from a secret may be one that fails.</summary>
    static readonly FrozenSet<string> FirstArgument = Set("substr substring left right lpad rpad lag lead nth_value encode split_part array_to_string array_length");

    /// <summary>Keys fail when they are NULL.</summary>
    static readonly FrozenSet<string> SecondArgument = Set("json_object_agg jsonb_object_agg");

    const string Parts = "microseconds milliseconds second minute hour day week month quarter year decade century millennium";

    /// <summary>Parts of a time that there are of every finite one and of every infinite one, which is looked at first.</summary>
    static readonly FrozenSet<string> Units = Set(Parts);

    static readonly FrozenSet<string> Fields = Set(Parts, "dow doy isodow isoyear epoch julian");

    /// <summary>They are infinite where the time is; any other is NULL.</summary>
    static readonly FrozenSet<string> Endless = Set("year decade century millennium isoyear epoch julian");

    /// <summary>
    /// They fail for any value but NULL when another argument is wrong (a length below zero, a broken pattern), or when the collations of what was put together conflict.
    /// What may be NULL by what it is would tell by that.
    /// </summary>
    static readonly FrozenSet<string> Picky = Set(
        "substr substring lpad rpad encode to_char split_part array_to_string array_length date_trunc date_part extract",
        "upper lower initcap hashtext position strpos replace min max any_value");

    /// <summary>They give back one of the values that they are given, as it is; any other of these gives a text, a number or JSON.</summary>
    static readonly FrozenSet<string> Chosen = Set("min max any_value mode first_value last_value lag lead nth_value array_agg");

    /// <summary>They compare nothing.</summary>
    static readonly FrozenSet<string> Lenient = FrozenSet.Create("||", "->", "->>", "#>", "#>>");

    const int Short = 1000;

    static readonly SearchValues<char> Places = SearchValues.Create("09.,GDSFMIPRLBgdsfmiprlb $%-/:");

    static readonly FrozenSet<string> Symbols = FrozenSet.Create("||", "=", "<>", "!=", "<", ">", "<=", ">=", "->", "->>", "#>", "#>>", "@>", "<@", "&&");

    /// <summary>Not bytea, whose input has escapes, nor "char", which not every number fits into.</summary>
    static readonly FrozenSet<string> Types = Set("text varchar bpchar name");

    public static bool Takes(string function, int argument, IReadOnlyList<Node> arguments)
    {
        if (!function.StartsWith(Catalog, StringComparison.Ordinal)) return false;
        var name = function[Catalog.Length..];
        if (name is "json_build_object" or "jsonb_build_object") return argument % 2 == 1;
        // The other length() takes the name of an encoding.
        if (name == "length") return arguments.Count < 2;
        // Infinite times come back before the unit and the time zone are looked at.
        if (name == "date_trunc") return argument == 1 && arguments.Count == 2 && Constant(arguments[0]) is { } unit && Units.Contains(unit.ToLowerInvariant());
        if (name is "extract" or "date_part") return argument == 1 && Constant(arguments[0]) is { } field && Fields.Contains(field.ToLowerInvariant());
        if (name == "to_char") return argument == 0 && arguments.Count == 2 && Constant(arguments[1]) is not null;
        if (name == "replace") return argument == 0 && NeverGrows(arguments);
        return AnyArgument.Contains(name) || (argument == 0 ? FirstArgument.Contains(name) : argument == 1 && SecondArgument.Contains(name));
    }

    /// <summary>An operator on two values; a comparison of rows stops where it is decided.</summary>
    public static bool Takes(Node expression)
    {
        if (IsRow(expression["lexpr"]) || IsRow(expression["rexpr"])) return false;
        return expression.Text("kind") switch
        {
            "AEXPR_DISTINCT" or "AEXPR_NOT_DISTINCT" or "AEXPR_NULLIF" => true,
            "AEXPR_OP" or "AEXPR_OP_ANY" or "AEXPR_OP_ALL" => expression["lexpr"].Exists && expression.Names("name") is [.., { } symbol] && Symbols.Contains(symbol),
            _ => false,
        };
    }

    /// <summary>Compares what it is given, or takes whichever is not NULL.</summary>
    public static bool Chooses(string function) => function is Catalog + "min" or Catalog + "max" or Catalog + "any_value";

    /// <summary>Reads what it is given once more: numbers and letters that json may hold and jsonb may not.</summary>
    public static bool MakesJsonb(string function) => function.StartsWith(Catalog, StringComparison.Ordinal) && function.AsSpan(Catalog.Length) is "to_jsonb" or "jsonb_build_array" or "jsonb_build_object" or "jsonb_agg" or "jsonb_object_agg";

    /// <summary>A number by a format of more than places and signs: V multiplies, and letters stand for numbers that not every one has. Lengths of lines may be too large.</summary>
    public static bool Overflows(string function, IReadOnlyList<Node> arguments, Value value) =>
        function == Catalog + "length" && value.Sources.Any(static s => s.HoldsRows) || function == Catalog + "to_char" && value.Times.Sources.IsEmpty && arguments.Count == 2 && (Constant(arguments[1]) ?? "?").AsSpan().ContainsAnyExcept(Places);

    /// <summary>They look at the collation only where there is something to look for: a text that is too short for that does not fail.</summary>
    public static bool Skips(string function) => IsSystems(function) && function.AsSpan(Catalog.Length) is "position" or "strpos" or "replace" or "split_part";

    public static bool IsSystems(string function) => function.StartsWith(Catalog, StringComparison.Ordinal);

    /// <summary>A part of JSON that is JSON.</summary>
    public static bool TakesPart(Node expression) => expression.Names("name") is [.., "->" or "#>"];

    /// <summary>What a function makes of arrays and rows.</summary>
    public static Value Shaped(string function, Value value)
    {
        if (!function.StartsWith(Catalog, StringComparison.Ordinal)) return value;
        var name = function[Catalog.Length..];
        if (name == "array_agg") return value.AsMadeArray();
        if (Chooses(function)) return value.AsChosen();
        return !Chosen.Contains(name) && (AnyArgument.Contains(name) || FirstArgument.Contains(name) || SecondArgument.Contains(name) || name is "to_char" or "extract" or "date_part") ? value.AsOne() : value;
    }

    /// <summary>Fails for one value and not for NULL.</summary>
    public static bool IsPicky(string function) => function.StartsWith(Catalog, StringComparison.Ordinal) && Picky.Contains(function[Catalog.Length..]);

    public static bool IsPicky(Node expression) => expression.Text("kind") is not "AEXPR_OP" || expression.Names("name") is not [.., { } symbol] || !Lenient.Contains(symbol);

    /// <summary>Gives NULL for some values: <c>substring</c> of a pattern, the length of no array, the bound of a range that has none, what there is not of an infinite time.</summary>
    public static bool Lapses(string function, IReadOnlyList<Node> arguments, Value value) =>
        function is Catalog + "array_length" || function is Catalog + "lower" or Catalog + "upper" && value.IsComposed || !value.Times.Sources.IsEmpty && LapsesAtInfinity(function, arguments) || function is Catalog + "substring" && !(arguments.Count > 1 && arguments[1].Kind == "A_Const" && !arguments[1].Has("sval"));

    static bool LapsesAtInfinity(string function, IReadOnlyList<Node> arguments) =>
        function is Catalog + "to_char" || function is Catalog + "extract" or Catalog + "date_part" && !(arguments.Count > 0 && Constant(arguments[0]) is { } field && Endless.Contains(field.ToLowerInvariant()));

    /// <summary>Pads what is short: <c>char(n)</c> and <c>bit(n)</c>.</summary>
    public static bool Swells(Node type) =>
        type.Names("names") is [.., "bpchar" or "bit" or "varbit"] && type.List("typmods") is { Length: > 0 } lengths && !lengths.All(static l => l.Position is <= Short);

    /// <summary>Makes a long text of a short one: at a gigabyte, or a quarter of it in jsonb, whatever is done fails.</summary>
    public static bool Swells(string function, IReadOnlyList<Node> arguments) => function switch
    {
        Catalog + "repeat" => arguments.Count < 2 || Constant(arguments[0]) is not { Length: <= Short } || arguments[1].Position is not <= Short,
        Catalog + "lpad" or Catalog + "rpad" => arguments.Count < 2 || arguments[1].Position is not <= Short,
        Catalog + "replace" => !NeverGrows(arguments) && arguments is not [{ Kind: "ColumnRef" }, ..],
        Catalog + "array_fill" => true,
        // %1000000000s
        Catalog + "format" => !(arguments.Count > 0 && Constant(arguments[0]) is { Length: <= Short } format && !format.AsSpan().ContainsAny("0123456789*")),
        _ => false,
    };

    /// <summary>The same of operators: NULLIF, and what takes a part of JSON.</summary>
    public static bool Lapses(Node expression) =>
        expression.Text("kind") == "AEXPR_NULLIF" || expression.Text("kind") == "AEXPR_OP" && expression.Names("name") is [.., { } symbol] && symbol != "||" && Lenient.Contains(symbol);

    /// <summary>Casts to text, whatever from.</summary>
    public static bool Casts(Node type, SqlContext context) =>
        !type.Has("arrayBounds") && type.Names("names") is [.., { } name] names && Types.Contains(name) && BuiltinTypes.Have(names, context);

    /// <summary>SQL's own constructs that are neither functions nor operators.</summary>
    public static bool Is(Node node) => node.Kind switch
    {
        "XmlExpr" => node.Text("op") is "IS_XMLELEMENT" or "IS_XMLFOREST" or "IS_XMLCONCAT",
        "JsonObjectConstructor" or "JsonObjectAgg" => !node.Flag("unique") && MakesJson(node.Body),
        "JsonArrayConstructor" or "JsonArrayQueryConstructor" or "JsonArrayAgg" or "JsonValueExpr" => MakesJson(node.Body),
        // Their input may be no JSON, their output of any type.
        "JsonParseExpr" or "JsonFuncExpr" or "JsonSerializeExpr" or "XmlSerialize" => false,
        _ => true,
    };

    /// <summary>Of values as they are, into JSON or text without a length; FORMAT JSON reads them.</summary>
    static bool MakesJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().All(MakesJson),
        JsonValueKind.Object => element.Text("format_type") != "JS_FORMAT_JSON" && element.EnumerateObject().All(static p => p.Name == "output" ? IsJson(p.Value) : MakesJson(p.Value)),
        _ => true,
    };

    static bool IsJson(JsonElement output) => Node.Typed("JsonOutput", output).Child("typeName", "TypeName") is var type && !type.Has("typmods") && !type.Has("arrayBounds")
        && (!type.Exists || type.Names("names") is [.., "json" or "jsonb" or "text" or "varchar"]);

    static bool IsRow(Node node) => node.Kind == "RowExpr";

    static bool NeverGrows(IReadOnlyList<Node> arguments) =>
        arguments.Count == 3 && Constant(arguments[1]) is { } from && Constant(arguments[2]) is { } to && to.Length <= from.Length;

    static string? Constant(Node node) => node.Kind == "A_Const" && node.Has("sval") ? node.Child("sval", "String").Text("sval") ?? "" : null;

    static FrozenSet<string> Set(params string[] lines) => lines.SelectMany(static l => l.Split(' ')).ToFrozenSet();
}
