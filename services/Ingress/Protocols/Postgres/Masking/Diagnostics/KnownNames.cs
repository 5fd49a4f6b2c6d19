using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Diagnostics;

/// <summary>
/// Quoted words of a message that are certainly names: those the diagnostic itself declares (schema, table, column, type,
/// constraint), and those the client wrote in a statement that reads no rows. <c>ssn::regclass</c> fails with
/// <c>relation "123-45-6789" does not exist</c>, so in a statement that reads rows a quoted word proves nothing.
/// </summary>
internal sealed class KnownNames(PostgresDiagnostic diagnostic, string statement, bool allOfStatement = false)
{
    private const string NameFields = "stcdn";

    /// <summary>Prepared statements, cursors and portals that are there already or are not there: the client's own, when it wrote the name.</summary>
    private static readonly HashSet<string> SessionNames = ["42P05", "42P03", "26000", "34000"];

    private static readonly HashSet<string> ReadNoRows = new(StringComparer.OrdinalIgnoreCase)
    {
        "drop", "truncate", "lock", "comment", "grant", "revoke", "analyze", "vacuum", "close", "deallocate", "set", "reset",
        "show", "listen", "unlisten", "discard", "cluster", "savepoint", "release", "rollback", "commit", "begin", "start", "abort",
    };

    private readonly bool readsNoRows = ReadNoRows.Contains(FirstWord(statement)) && !statement.TrimEnd().TrimEnd(';').Contains(';');

    public bool Contains(string word)
    {
        foreach (var field in NameFields)
            if (diagnostic[field] == word)
                return true;
        if (allOfStatement || SessionNames.Contains(diagnostic.SqlState)) return Names(word);
        return readsNoRows && word.Length > 0 && statement.Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A statement that says nothing secret: every name in it may be named.</summary>
    public static KnownNames In(PostgresDiagnostic diagnostic, string shown) => new(diagnostic, shown, allOfStatement: true);

    /// <summary>Whether a name in the statement reads so; what stands in its strings is no name.</summary>
    private bool Names(string word)
    {
        foreach (var token in SqlTokens.Of(statement) ?? [])
        {
            var text = token.Of(statement);
            if (token.Kind == SqlTokenKind.Word ? text.Equals(word, StringComparison.OrdinalIgnoreCase)
                : token.Kind == SqlTokenKind.QuotedName && text is ['"', .. var inside, '"'] && inside.ToString().Replace("\"\"", "\"", StringComparison.Ordinal) == word) return true;
        }
        return false;
    }

    private static string FirstWord(string statement)
    {
        var start = statement.TrimStart();
        var length = 0;
        while (length < start.Length && char.IsAsciiLetter(start[length]))
            length++;
        return start[..length];
    }
}
