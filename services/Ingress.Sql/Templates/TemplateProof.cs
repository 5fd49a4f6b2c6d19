using System.Globalization;
using System.Text;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Templates;

/// <summary>
/// Decides whether a meaning may be shared by texts that differ in literals. Four things must agree: the tree says that a literal stands where its value
/// does not matter (<see cref="FreeLiterals"/>); the lexer found that same literal at that same place with that same value; the analysis says the same
/// when it cannot see these values, and asks for none (<see cref="BlindTree"/>); and a text with other literals in these places means the same in every field.
/// </summary>
static class TemplateProof
{
    public static void Try(Template template, string sql, JsonElement root, SqlAnalysis analysis, string[] unqualified, Reanalysis again)
    {
        Variant? variant = null;
        try
        {
            variant = Prove(sql, root, analysis, unqualified, again);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What could not be proven, for whatever reason, is not: the text's own analysis stands.
        }
        if (variant is null) template.Reject();
        else template.Add(variant);
    }

    static Variant? Prove(string sql, JsonElement root, SqlAnalysis analysis, string[] unqualified, Reanalysis again)
    {
        if (analysis is not { Error: null, Statements: [{ Command.Kind: SqlCommandKind.Other, Facts.Understood: true } statement] }) return null;
        var literals = new Literal[LiteralLexer.Most];
        literals = literals[..Math.Max(0, LiteralLexer.Scan(sql, literals))];
        var places = FreeLiterals.In(root.GetProperty("stmts")[0].GetProperty("stmt"));
        if (Free(sql, places, literals) is not { } free) return null;

        var head = sql.IndexOf(statement.Text, StringComparison.Ordinal);
        var tail = sql.Length - head - statement.Text.Length;
        if (head < 0 || head > literals[0].Start || tail > sql.Length - literals[^1].End) return null;

        if (BlindTree.Analyze(root, [.. places.Select(static p => p.Place)], again.Tree) is not { } blind || !Meaning.IsSame(analysis, blind)) return null;
        var other = With(sql, literals, free);
        var meaning = again.Text(other);
        if (!Meaning.IsSame(analysis, meaning) || !TemplateSecrets.TryOf(sql, literals, analysis, blind, other, meaning, out var secrets)) return null;
        string?[] pinned = [.. literals.Select((l, i) => free[i] ? null : l.Of(sql).ToString())];
        return new(pinned, statement with { Text = "" }, head, tail, unqualified, secrets);
    }

    /// <summary>Which literals are free; null when none is, or when tree and lexer disagree on one.</summary>
    static bool[]? Free(string sql, IReadOnlyList<(int Place, JsonElement Constant)> places, Literal[] literals)
    {
        var free = new bool[literals.Length];
        var utf8 = Ascii.IsValid(sql) ? null : Encoding.UTF8.GetBytes(sql);
        foreach (var (place, constant) in places)
        {
            var at = utf8 is null ? place : Encoding.UTF8.GetCharCount(utf8, 0, place);
            var i = Array.FindIndex(literals, l => l.Start >= at);
            if (i < 0) return null;
            var sign = sql.AsSpan(at, literals[i].Start - at);
            if (!IsSign(sign)) return null;
            if (Written(literals[i], sql, negative: sign.Count('-') % 2 == 1) != Read(constant)) return null;
            free[i] = true;
        }
        return free.Contains(true) ? free : null;
    }

    /// <summary>The grammar takes a minus before a number into the constant.</summary>
    static bool IsSign(ReadOnlySpan<char> text) => text.IsEmpty || text[0] == '-' && !text.ContainsAnyExcept("- \t\r\n") && !text.Contains("--", StringComparison.Ordinal);

    static string Written(Literal literal, string sql, bool negative)
    {
        var text = literal.Of(sql);
        return literal.Kind switch
        {
            LiteralKind.String => $"s{text[1..^1].ToString().Replace("''", "'", StringComparison.Ordinal)}",
            LiteralKind.Integer => $"i{(negative ? -1L : 1L) * long.Parse(text, CultureInfo.InvariantCulture)}",
            _ => $"f{(negative ? "-" : "")}{text}",
        };
    }

    static string? Read(JsonElement constant) =>
        constant.Field("sval") is { } text ? $"s{text.Text("sval")}"
        : constant.Field("ival") is { } integer ? $"i{integer.Number("ival")}"
        : constant.Field("fval") is { } number ? $"f{number.Text("fval")}"
        : null;

    /// <summary>The text with other free literals, of other lengths.</summary>
    static string With(string sql, Literal[] literals, bool[] free)
    {
        var text = new StringBuilder(sql.Length);
        var from = 0;
        for (var i = 0; i < literals.Length; i++)
        {
            if (!free[i]) continue;
            text.Append(sql, from, literals[i].Start - from);
            text.Append(literals[i].Kind switch
            {
                LiteralKind.String => "'{%,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17}'",
                LiteralKind.Integer => "0000",
                _ => "0.0",
            });
            from = literals[i].End;
        }
        return text.Append(sql, from, sql.Length - from).ToString();
    }
}

/// <summary>The whole analysis once more, without caches: of a tree of the text, or of another text.</summary>
readonly record struct Reanalysis(Func<JsonElement, SqlAnalysis> Tree, Func<string, SqlAnalysis> Text);
