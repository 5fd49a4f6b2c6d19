namespace Hoop.Ingress.Protocols.Postgres.Masking.Copy;

public enum CopyEncoding { Text, Csv, Binary }

/// <summary>How the data of a COPY … TO STDOUT is written.</summary>
public sealed record CopyFormat
{
    public static readonly CopyFormat Text = new();

    public CopyEncoding Encoding { get; init; }
    public byte Delimiter { get; init; } = (byte)'\t';

    /// <summary>What stands for NULL, as it stands in the data.</summary>
    public ReadOnlyMemory<byte> Null { get; init; } = "\\N"u8.ToArray();

    /// <summary>A value may be written like NULL: the text format quotes nothing, and only the marker that it has by itself has an escape in it.</summary>
    public bool NullMayBeText => Encoding == CopyEncoding.Text && !Null.Span.SequenceEqual(Text.Null.Span);

    /// <summary>CSV only.</summary>
    public byte Quote { get; init; } = (byte)'"';

    /// <summary>CSV only.</summary>
    public byte Escape { get; init; } = (byte)'"';

    /// <summary>The first row has the column names.</summary>
    public bool Header { get; init; }

    /// <summary>Reads a COPY statement's options: lower-case names as in the grammar (<c>format, delimiter, null, header, quote, escape, force_quote, encoding</c>); a null value is an option without one.</summary>
    /// <exception cref="NotSupportedException">An option that is not known here or contradicts another: the data could be misread, so it is not relayed.</exception>
    public static CopyFormat From(IEnumerable<KeyValuePair<string, string?>> options)
    {
        var given = new Dictionary<string, string?>();
        foreach (var (name, value) in options)
            if (!given.TryAdd(name, value))
                throw Refused($"gives {name} twice");
        var format = (given.GetValueOrDefault("format") ?? "text").ToLowerInvariant() switch
        {
            "text" => Text,
            "csv" => new CopyFormat { Encoding = CopyEncoding.Csv, Delimiter = (byte)',', Null = ReadOnlyMemory<byte>.Empty },
            "binary" => new CopyFormat { Encoding = CopyEncoding.Binary },
            var other => throw Refused($"uses the format {other}"),
        };
        if (given.GetValueOrDefault("quote") is { } quote)
            // The escape follows the quote unless it is given itself.
            format = format with { Quote = OneByte("quote", quote), Escape = OneByte("quote", quote) };
        foreach (var (name, value) in given)
            format = Apply(format, name, value);
        return Checked(format, given);
    }

    /// <returns>Why <see cref="From"/> does not read them, in one line; null: it does.</returns>
    public static string? Problem(IEnumerable<KeyValuePair<string, string?>> options)
    {
        try
        {
            From(options);
            return null;
        }
        catch (NotSupportedException e)
        {
            return e.Message;
        }
    }

    private static CopyFormat Apply(CopyFormat format, string name, string? value) => name switch
    {
        "format" or "force_quote" or "quote" => format,
        "delimiter" => format with { Delimiter = OneByte(name, value) },
        "null" => format with { Null = System.Text.Encoding.UTF8.GetBytes(value ?? "") },
        "escape" => format with { Escape = OneByte(name, value) },
        "freeze" when !IsTrue(name, value) => format,
        "header" => format with { Header = IsTrue(name, value) },
        "encoding" when value?.Replace("-", "").ToLowerInvariant() is "utf8" or "unicode" or "sql_ascii" => format,
        _ => throw Refused($"has the option {name}{(value is null ? "" : $" '{value}'")}"),
    };

    private static CopyFormat Checked(CopyFormat format, Dictionary<string, string?> given)
    {
        var isCsv = format.Encoding == CopyEncoding.Csv;
        if (!isCsv && (given.ContainsKey("quote") || given.ContainsKey("escape") || given.ContainsKey("force_quote")))
            throw Refused("has CSV options without the CSV format");
        if (format.Encoding == CopyEncoding.Binary && (format.Header || given.ContainsKey("delimiter") || given.ContainsKey("null")))
            throw Refused("has text options with the binary format");
        var reserved = isCsv ? "\r\n" : "\\\r\nabcdefghijklmnopqrstuvwxyz0123456789.";
        if (reserved.Contains((char)format.Delimiter) || isCsv && format.Delimiter == format.Quote)
            throw Refused("has a delimiter that cannot be told from data");
        if (format.Null.Span.ContainsAny((byte)'\r', (byte)'\n', format.Delimiter) || isCsv && format.Null.Span.Contains(format.Quote))
            throw Refused("has a null marker that cannot be told from data");
        return format;
    }

    private static bool IsTrue(string name, string? value) => value?.ToLowerInvariant() switch
    {
        null or "true" or "on" or "1" => true,
        "false" or "off" or "0" => false,
        _ => throw Refused($"has the {name} '{value}'"),
    };

    private static byte OneByte(string name, string? value) =>
        value is [< (char)0x80 and > (char)0] ? (byte)value[0] : throw Refused($"has a {name} that is not one ASCII character");

    private static NotSupportedException Refused(string what) =>
        new($"This COPY {what}, which masking cannot follow; use COPY … TO STDOUT with format text, csv or binary in UTF8.");
}
