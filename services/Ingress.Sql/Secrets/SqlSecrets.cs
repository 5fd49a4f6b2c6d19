using System.Buffers;
using System.Text;
using System.Text.Json.Serialization;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Secrets;

/// <summary>What of a text is a secret by the grammar: passwords, keys, connection strings. Everything that is shown, recorded or sent on shows it without them.</summary>
public sealed class SqlSecrets
{
    /// <summary>Stands where a secret stood. As a string, so that the text still reads as what it is.</summary>
    internal const string Blank = "'***'";

    // What no grammar took may say anything: a word of these is enough. Behind the first kind even a bare word may be one.
    private static readonly SearchValues<string> Telling = SearchValues.Create(
        ["pass", "pwd", "pswd", "secret", "token", "credential", "identified", "crypt", "hmac", "dblink", "conn", "key", "scram"], StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> Suspicious = SearchValues.Create(
        ["role", "user", "login", "server", "mapping", "subscription", "options", "set"], StringComparison.OrdinalIgnoreCase);

    private readonly HashSet<int>? parameters;

    private SqlSecrets(string shown, HashSet<int>? parameters, IReadOnlyList<SecretSpan>? spans) => (Shown, this.parameters, Spans) = (shown, parameters, spans);

    /// <summary>The text as it may be shown.</summary>
    public string Shown { get; }

    /// <summary>Numbers of parameters whose values are secrets, in order; null: each of them.</summary>
    public IReadOnlyList<int>? Parameters => parameters is null ? null : [.. parameters.Order()];

    /// <summary>Where they stand, in order; null when that cannot be told.</summary>
    [JsonIgnore]
    internal IReadOnlyList<SecretSpan>? Spans { get; }

    /// <param name="number">From 1.</param>
    public bool HoldsParameter(int number) => parameters is null || parameters.Contains(number);

    /// <summary>Of a text that was not understood, where nobody can tell where one ends: from the first that may be one nothing is shown. Null when nothing speaks of secrets.</summary>
    public static SqlSecrets? OfUnread(string sql)
    {
        var telling = sql.AsSpan().IndexOfAny(Telling);
        if (telling < 0 && !sql.AsSpan().ContainsAny(Suspicious)) return null;
        var end = telling < 0 ? sql.Length : telling;
        while (telling >= 0 && end < sql.Length && (char.IsLetterOrDigit(sql[end]) || sql[end] == '_')) end++;
        if (sql.AsSpan(0, end).IndexOfAny('\'', '$') is var quote and >= 0) end = quote;
        return end == sql.Length ? null : new(string.Concat(sql.AsSpan(0, end), " ***"), null, null);
    }

    /// <summary>No value of the text is shown.</summary>
    internal static SqlSecrets Everything(string sql) => new(SqlLiterals.Hide(sql), null, null);

    internal static SqlSecrets At(string sql, IEnumerable<SecretSpan> spans, HashSet<int> parameters)
    {
        var (ordered, end) = (new List<SecretSpan>(), 0);
        foreach (var span in spans.OrderBy(static span => span.Start).ThenByDescending(static span => span.Length))
        {
            if (span.Start < end) continue;
            ordered.Add(span);
            end = span.End;
        }
        return new(Without(sql, ordered), parameters, ordered);
    }

    /// <summary>The same of another text that says the same, where they stand elsewhere.</summary>
    internal SqlSecrets In(string sql, IReadOnlyList<SecretSpan> spans) => new(Without(sql, spans), parameters, spans);

    private static string Without(string sql, IReadOnlyList<SecretSpan> spans)
    {
        var shown = new StringBuilder(sql.Length);
        var from = 0;
        foreach (var span in spans)
        {
            shown.Append(sql, from, span.Start - from).Append(Blank);
            from = span.End;
        }
        return shown.Append(sql, from, sql.Length - from).ToString();
    }
}

/// <param name="Start">In characters.</param>
readonly record struct SecretSpan(int Start, int Length)
{
    public int End => Start + Length;

    public static SecretSpan Of(SqlToken first, SqlToken last) => new(first.Start, last.End - first.Start);
}
