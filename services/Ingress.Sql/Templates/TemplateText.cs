using System.Diagnostics.CodeAnalysis;

namespace Hoop.Ingress.Sql.Templates;

/// <summary>A text seen without the values of its literals, under certain names. Lives on the stack: looking one up allocates nothing.</summary>
readonly ref struct TemplateText
{
    public TemplateText(ReadOnlySpan<char> sql, ReadOnlySpan<Literal> literals, long names)
    {
        Sql = sql;
        Literals = literals;
        Names = names;
        var hash = new HashCode();
        hash.Add(names);
        var from = 0;
        foreach (var literal in literals)
        {
            hash.Add(string.GetHashCode(sql[from..literal.Start]));
            hash.Add((int)literal.Kind);
            from = literal.End;
        }
        hash.Add(string.GetHashCode(sql[from..]));
        Hash = hash.ToHashCode();
    }

    public TemplateText(ReadOnlySpan<char> sql, ReadOnlySpan<Literal> literals, long names, int hash)
    {
        Sql = sql;
        Literals = literals;
        Names = names;
        Hash = hash;
    }

    public ReadOnlySpan<char> Sql { get; }
    public ReadOnlySpan<Literal> Literals { get; }
    public long Names { get; }
    public int Hash { get; }

    /// <summary>The same but for the values of literals.</summary>
    public bool Is(in TemplateText other)
    {
        if (Names != other.Names || Literals.Length != other.Literals.Length) return false;
        int from = 0, otherFrom = 0;
        for (var i = 0; i < Literals.Length; i++)
        {
            var (ours, theirs) = (Literals[i], other.Literals[i]);
            if (ours.Kind != theirs.Kind || !Sql[from..ours.Start].SequenceEqual(other.Sql[otherFrom..theirs.Start])) return false;
            (from, otherFrom) = (ours.End, theirs.End);
        }
        return Sql[from..].SequenceEqual(other.Sql[otherFrom..]);
    }
}

/// <summary>Lets a text on the stack be looked up among templates on the heap.</summary>
sealed class TemplateComparer : IEqualityComparer<Template>, IAlternateEqualityComparer<TemplateText, Template>
{
    public static readonly TemplateComparer Instance = new();

    public bool Equals(Template? x, Template? y) => ReferenceEquals(x, y) || x is not null && y is not null && x.Hash == y.Hash && x.Text.Is(y.Text);

    public bool Equals(TemplateText alternate, Template other) => alternate.Hash == other.Hash && alternate.Is(other.Text);

    public int GetHashCode([DisallowNull] Template obj) => obj.Hash;

    public int GetHashCode(TemplateText alternate) => alternate.Hash;

    public Template Create(TemplateText alternate) => new(alternate.Sql.ToString(), alternate);
}
