namespace Hoop.Ingress.Sql.Templates;

/// <summary>What the grammar takes a literal for: two texts whose literals have the same kinds are the same sequence of tokens.</summary>
enum LiteralKind : byte
{
    /// <summary>Digits that fit an int4 (the scanner's ICONST).</summary>
    Integer,

    /// <summary>More digits than that, or a decimal point (FCONST).</summary>
    Number,

    /// <summary>A plain string (SCONST).</summary>
    String,
}

/// <summary>A number or a plain string in a text, its quotes included. A sign before a number is not part of it.</summary>
readonly record struct Literal(int Start, int Length, LiteralKind Kind)
{
    public int End => Start + Length;

    public ReadOnlySpan<char> Of(ReadOnlySpan<char> sql) => sql.Slice(Start, Length);
}
