using System.Globalization;
using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary>The small formats inside values. Messages never repeat what may be secret.</summary>
internal static class Formats
{
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(30);

    /// <summary><c>30s</c>, <c>15m</c>, <c>1h</c>, <c>2d</c>; at most 30 days.</summary>
    public static TimeSpan? Duration(string text)
    {
        if (text.Length is < 2 or > 8 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        var unit = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => TimeSpan.Zero,
        };
        var duration = unit * count;
        return duration > TimeSpan.Zero && duration <= LongestDuration ? duration : null;
    }

    /// <summary>The field's duration, or an error; null when absent.</summary>
    public static TimeSpan? Duration(YamlFields fields, YamlErrors errors, string key)
    {
        if (fields.Text(key) is not { } text) return null;
        if (Duration(text.Value) is { } duration) return duration;
        errors.Add(text, $"{fields.Path}.{key}", $"{YamlErrors.Show(text.Value)} is not a duration; write a number with s, m, h or d, such as 30s, 15m or 1h (at most 30d)");
        return null;
    }

    /// <summary>A duration as it is written.</summary>
    public static string Show(TimeSpan duration) =>
        duration.Ticks % TimeSpan.TicksPerDay == 0 ? $"{duration.Days}d"
        : duration.Ticks % TimeSpan.TicksPerHour == 0 ? $"{(int)duration.TotalHours}h"
        : duration.Ticks % TimeSpan.TicksPerMinute == 0 ? $"{(int)duration.TotalMinutes}m"
        : $"{(int)duration.TotalSeconds}s";

    /// <summary><c>env:NAME</c> or <c>file:/absolute/path</c>: where a value is, never the value.</summary>
    public static bool IsReference(string text) => IsEnvironment(text) || (text.StartsWith("file:/", StringComparison.Ordinal) && text.Length > 6);

    /// <summary>Null when a reference, if it is one, leads where hoop.yaml may lead, else what is wrong.</summary>
    public static string? ReservedProblem(string text) =>
        text.StartsWith("env:", StringComparison.Ordinal) && ReservedReferences.IsVariable(text[4..]) ? $"the variable {ReservedReferences.VariableRule}"
        : text.StartsWith("file:/", StringComparison.Ordinal) && ReservedReferences.IsFile(text[5..]) ? $"the file {ReservedReferences.FileRule}" : null;

    public static bool IsEnvironment(string text) =>
        text.StartsWith("env:", StringComparison.Ordinal) && text.Length > 4 && !char.IsAsciiDigit(text[4])
        && text.AsSpan(4).IndexOfAnyExcept(EnvironmentCharacters) < 0;

    /// <summary>Null when it is a usable <c>host:port</c> or <c>env:NAME</c>, else what is wrong.</summary>
    public static string? AddressProblem(string text)
    {
        if (text.StartsWith("env:", StringComparison.Ordinal))
            return IsEnvironment(text) ? ReservedProblem(text) : "env: must be followed by the name of an environment variable, such as env:SHOP_ADDRESS";
        var colon = text.LastIndexOf(':');
        if (colon < 0) return "the port is missing; write host:port, such as 10.0.0.5:5432";
        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            return "the port must be a number from 1 to 65535; write host:port, such as 10.0.0.5:5432";
        return IsHost(text[..colon]) ? null : "the host is not a name or an IP address; write host:port, such as db.example.com:5432 or [::1]:5432";
    }

    /// <summary>https, or http on this machine only: keys fetched over a network in clear text can be replaced.</summary>
    public static string? IssuerProblem(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            return "must be an absolute URL, such as https://login.example.com";
        if (url.UserInfo.Length > 0) return "must not hold a user name or password";
        return url.Scheme == "https" || url.IsLoopback ? null : "must be https; plain http is for an issuer on this machine only";
    }

    /// <summary>https, or http on this machine only, without a user name; where an answer is posted to.</summary>
    public static string? ReceiverUrlProblem(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            return "must be an absolute URL, such as https://hooks.example.com/hoop, or where one is: env:NAME or file:/path";
        if (url.UserInfo.Length > 0) return "must not hold a user name or password; write env:NAME or file:/path instead";
        return url.Scheme == "https" || url.IsLoopback ? null : "must be https; plain http is for a receiver on this machine only";
    }

    /// <summary>Names of targets and roles: words that need no quoting anywhere (a target is also a database name).</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= 63 && (char.IsAsciiLetterOrDigit(text[0]) || text[0] == '_') && text.AsSpan().IndexOfAnyExcept(NameCharacters) < 0;

    public const string NameRule = "use letters, digits, _, - and ., at most 63";

    private static bool IsHost(string host)
    {
        if (host.StartsWith('[')) return host.EndsWith(']') && System.Net.IPAddress.TryParse(host[1..^1], out _);
        return host.Length is > 0 and <= 253 && host.AsSpan().IndexOfAnyExcept(NameCharacters) < 0;
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    private static readonly System.Buffers.SearchValues<char> EnvironmentCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    /// <summary>One of the words, or an error; null when absent.</summary>
    public static string? Word(YamlFields fields, YamlErrors errors, string key, IReadOnlyCollection<string> words)
    {
        if (fields.Text(key) is not { } text) return null;
        if (words.Contains(text.Value)) return text.Value;
        errors.Add(text, $"{fields.Path}.{key}", $"{YamlErrors.Show(text.Value)} is not known{Suggestion.For(text.Value, words)}");
        return null;
    }
}
