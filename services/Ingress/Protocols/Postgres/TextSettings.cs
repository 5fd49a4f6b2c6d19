namespace Hoop.Ingress.Protocols.Postgres;

/// <summary>The settings that change how a statement's bytes are read. They are reported by the server whenever they move.</summary>
internal sealed class TextSettings
{
    private string encoding = "UTF8";
    private bool standardStrings = true;

    /// <summary>True while text means to the server what it means to us.</summary>
    internal bool AreSafe { get; private set; } = true;

    /// <summary>The database's own encoding, null when it is the one that we read.</summary>
    internal string? OtherEncoding { get; private set; }

    /// <summary>Not every text that the database can hold can be sent as UTF8: the server fails over some, and so by a value that was put together.</summary>
    internal bool SendingMayFail => OtherEncoding is not (null or "LATIN1");

    internal string Problem => standardStrings
        ? $"client_encoding is {encoding}; through this gateway it must be UTF8"
        : "standard_conforming_strings is off; through this gateway it must be on";

    /// <summary>How the session writes and reads dates and intervals, as the server last reported.</summary>
    internal (string? TimeZone, string? DateStyle, string? IntervalStyle) Formats { get; private set; }

    internal void Apply(string name, string value)
    {
        Formats = name switch
        {
            "TimeZone" => Formats with { TimeZone = value },
            "DateStyle" => Formats with { DateStyle = value },
            "IntervalStyle" => Formats with { IntervalStyle = value },
            _ => Formats,
        };
        if (name.Equals("client_encoding", StringComparison.OrdinalIgnoreCase)) encoding = value;
        else if (name.Equals("server_encoding", StringComparison.OrdinalIgnoreCase)) OtherEncoding = IsUtf8(value) ? null : value;
        else if (name.Equals("standard_conforming_strings", StringComparison.OrdinalIgnoreCase)) standardStrings = value == "on";
        AreSafe = standardStrings && IsUtf8(encoding);
    }

    internal static bool Governs(string? name) => name is "client_encoding" or "standard_conforming_strings" or "names";

    private static bool IsUtf8(string encoding) => Normalized(encoding) is "utf8" or "unicode";

    // PostgreSQL compares encoding names by their letters and digits alone.
    private static string Normalized(string encoding) => string.Concat(encoding.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
