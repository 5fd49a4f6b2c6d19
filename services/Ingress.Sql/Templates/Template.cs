namespace Hoop.Ingress.Sql.Templates;

/// <summary>
/// A text whose literals may change. At first it is only known to have been seen; when it comes again, <see cref="TemplateProof"/> says which
/// literals its meaning does not depend on. The others are part of it: each <see cref="Variant"/> has its own.
/// </summary>
sealed class Template
{
    const int MostVariants = 4;

    readonly string sql;
    readonly Literal[] literals;
    readonly long names;
    readonly Lock adding = new();
    volatile Variant[] variants = [];
    volatile bool rejected;
    int next;

    public Template(string sql, in TemplateText text)
    {
        this.sql = sql;
        literals = text.Literals.ToArray();
        names = text.Names;
        Hash = text.Hash;
    }

    public int Hash { get; }

    public TemplateText Text => new(sql, literals, names, Hash);

    /// <summary>What it can come to hold of texts.</summary>
    public long Bytes => sql.Length * 2L * (1 + MostVariants);

    /// <summary>Its meaning hangs on all of its literals, or could not be proven not to.</summary>
    public bool Rejected => rejected;

    public void Reject() => rejected = true;

    public Variant? Find(in TemplateText text)
    {
        foreach (var variant in variants)
            if (variant.Is(text)) return variant;
        return null;
    }

    public void Add(Variant variant)
    {
        lock (adding)
        {
            if (variants.Length < MostVariants) variants = [.. variants, variant];
            else
            {
                var changed = (Variant[])variants.Clone();
                changed[next++ % MostVariants] = variant;
                variants = changed;
            }
        }
    }
}

/// <summary>A meaning that holds for every text of the template in which the pinned literals are these.</summary>
/// <param name="pinned">The literals that must be the same, as written; null for those that do not matter.</param>
/// <param name="statement">Without its text.</param>
/// <param name="head">Characters before the statement in the text, <paramref name="tail"/> those after it.</param>
/// <param name="unqualified">The bare names of relations that it resolved, none of them temporary.</param>
/// <param name="secrets">Of the text that it was proven for, and which of the literals they are; null: none.</param>
sealed class Variant(string?[] pinned, SqlStatement statement, int head, int tail, string[] unqualified, TemplateSecrets? secrets)
{
    public bool Is(in TemplateText text)
    {
        for (var i = 0; i < pinned.Length; i++)
            if (pinned[i] is { } value && !text.Literals[i].Of(text.Sql).SequenceEqual(value)) return false;
        return true;
    }

    public bool Hides(SqlContext context)
    {
        foreach (var name in unqualified)
            if (context.IsTemporary(name)) return true;
        return false;
    }

    public SqlAnalysis For(string sql, in TemplateText text) =>
        new([statement with { Text = head + tail == 0 ? sql : sql.Substring(head, sql.Length - head - tail) }], null) { Secrets = secrets?.In(sql, text.Literals) };
}
