using Hoop.Approval.Portal.Parts;
using Hoop.ServiceDefaults.Text;

namespace Hoop.Approval.Portal.Statements;

/// <summary>A place to look at, and why.</summary>
/// <param name="Token">Index of the piece; -1: nowhere in the text.</param>
/// <param name="Line">From 1; 0: nowhere in the text.</param>
internal sealed record RiskMark(int Token, int Line, string Effect, string Word)
{
    public string Why { get; init; } = "";

    /// <summary>A further piece of the place before.</summary>
    public bool Continued { get; init; }

    public bool Risky => Wording.RiskOf(Effect) == "risky";
}

/// <summary>
/// Which words of a statement bring the effects that the decision was made on. For a request the places are told, see <see cref="RiskPlaces"/>; in a record
/// effects are the parser's, and the words are found by name.
/// </summary>
internal static class RiskMarks
{
    private static readonly Dictionary<string, string[]> Words = new()
    {
        ["write"] = ["insert", "update", "delete", "merge", "copy", "into"],
        ["mass-write"] = ["update", "delete"],
        ["ddl"] = ["create", "alter", "drop", "comment", "reindex", "refresh", "rename", "cluster", "reassign"],
        ["destructive"] = ["drop", "truncate", "discard", "cascade"],
        ["privilege"] = ["grant", "revoke", "owner", "role", "user", "group", "mapping", "password", "policy", "privileges", "definer", "reassign", "bypassrls", "superuser"],
        ["code-exec"] = ["program", "load", "extension", "language"],
        ["file-access"] = ["copy", "pg_read_file", "pg_read_binary_file", "pg_write_file", "pg_ls_dir", "pg_stat_file", "lo_import", "lo_export"],
        ["network"] = ["server", "subscription", "publication", "mapping", "wrapper", "foreign", "dblink", "dblink_exec", "dblink_connect", "postgres_fdw"],
        ["session"] = ["set", "reset", "role", "set_config", "authorization", "discard"],
        ["dynamic"] = ["do", "execute", "query_to_xml", "cursor_to_xml", "database_to_xml", "xpath_table"],
        ["lock"] = ["lock", "pg_advisory_lock", "pg_advisory_xact_lock", "pg_try_advisory_lock", "pg_terminate_backend", "pg_cancel_backend"],
    };

    /// <summary>Every effect that a word brings, the risky ones first; in the order of the text, then what the text does not show.</summary>
    public static List<RiskMark> Find(IReadOnlyList<SqlToken> tokens, IReadOnlyList<string> effects)
    {
        var marked = effects.Where(effect => effect != "read").OrderBy(effect => Wording.RiskOf(effect) == "risky" ? 0 : 1).ToList();
        var (marks, line) = (new List<RiskMark>(), 1);
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (token.Kind is SqlTokenKind.Hidden) marks.Add(new RiskMark(i, line, "hidden-character", HiddenCharacters.Name(token.Text)));
            else if (token.Kind is SqlTokenKind.Word or SqlTokenKind.Keyword)
                marks.AddRange(marked.Where(effect => Shows(token, effect)).Select(effect => new RiskMark(i, line, effect, token.Text.ToUpperInvariant())));
            line += token.Text.Count(c => c == '\n');
        }
        foreach (var effect in marked.Where(effect => Wording.RiskOf(effect) == "risky" && !tokens.Any(token => Shows(token, effect))))
            marks.Add(new RiskMark(-1, 0, effect, ""));
        return marks;
    }

    private static bool Shows(SqlToken token, string effect) =>
        Words.TryGetValue(effect, out var words) && Array.Exists(words, token.Is);
}
