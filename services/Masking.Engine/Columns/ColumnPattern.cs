namespace Hoop.Masking.Engine.Columns;

/// <summary>
/// <c>schema.table.column</c> with globs in each part. Fewer parts match in any table or schema. Wherever a name is
/// ambiguous (an identifier with a dot in it, a part that is itself <c>*</c> because nobody knows it) the wider reading
/// counts, so that doubt masks.
/// </summary>
internal sealed class ColumnPattern
{
    private const int Parts = 3;
    private readonly string whole;
    private readonly string[]? parts;

    private ColumnPattern(string whole, string[]? parts) => (this.whole, this.parts) = (whole, parts);

    public static ColumnPattern Parse(string pattern)
    {
        if (string.IsNullOrWhiteSpace(pattern))
            throw new ArgumentException("A mask names an empty column; write schema.table.column.");
        var parts = pattern.Trim().Split('.');
        if (parts.Length > Parts)
            return new(pattern.Trim(), null);
        string[] full = [.. Enumerable.Repeat("*", Parts - parts.Length), .. parts];
        return new(string.Join('.', full), full);
    }

    public bool Matches(string column)
    {
        Span<Range> ranges = stackalloc Range[Parts + 1];
        var name = column.AsSpan();
        var count = name.Split(ranges, '.');
        if (parts is null || count > Parts)
            return Glob.IsMatch(whole, name);
        for (var i = 0; i < count; i++)
            if (name[ranges[i]] is not "*" && !Glob.IsMatch(parts[Parts - count + i], name[ranges[i]]))
                return false;
        return true;
    }
}
