using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Diagnostics;

/// <summary>
/// Quoted words of a message that are certainly names: those the diagnostic itself declares (schema, table, column, type,
/// constraint), and those the client wrote in a statement that reads no rows. <c>ssn::regclass</c> fails with
/// <c>relation "123-45-6789" does not exist</c>, so in a statement that reads rows a quoted word proves nothing.
/// </summary>
internal sealed class KnownNames(PostgresDiagnostic diagnostic, string statement)
{
    private const string NameFields = "stcdn";

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
        return readsNoRows && word.Length > 0 && statement.Contains(word, StringComparison.OrdinalIgnoreCase);
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
