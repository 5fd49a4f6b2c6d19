using System.Text;
using Hoop.Ingress.Sql.Understanding;

namespace Hoop.Ingress.Protocols.Postgres.Startup;

/// <summary>
/// The run-time settings that a client asks for in its start-up packet, by themselves or in <c>options</c> (PostgreSQL: protocol 55.2.1, postgres -c).
/// They are no statements and so are not judged: only those pass that a client may SET without asking.
/// </summary>
internal static class StartupSettings
{
    /// <summary>The client asks for a connection that speaks replication commands, or for something that the server will not understand (PostgreSQL: protocol 55.2.1, <c>replication</c>).</summary>
    public static bool AskReplication(IReadOnlyDictionary<string, string> parameters) =>
        parameters.TryGetValue("replication", out var value) && value.ToLowerInvariant() is not ("false" or "off" or "no" or "0");

    /// <summary>The first that may not pass; null: all may.</summary>
    public static string? NotAllowed(IReadOnlyDictionary<string, string> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            if (name is "user" or "database" or "replication" || name.StartsWith("_pq_.", StringComparison.Ordinal)) continue;
            if (name == "options")
            {
                if (OfOptions(value) is { } option) return option;
            }
            else if (!IsHarmless(name)) return name;
        }

        return null;
    }

    private static string? OfOptions(string options)
    {
        var words = Words(options);
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            var setting = word.StartsWith("--", StringComparison.Ordinal) ? word[2..] : word is "-c" && i + 1 < words.Count ? words[++i] : word.StartsWith("-c", StringComparison.Ordinal) ? word[2..] : null;
            var name = setting?.Split('=', 2)[0];
            if (string.IsNullOrEmpty(name) || !IsHarmless(name.Replace('-', '_'))) return name is null or "" ? word : name;
        }

        return null;
    }

    /// <summary>As the server splits them: at white space, where a backslash takes the next character as it is.</summary>
    private static List<string> Words(string options)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        for (var i = 0; i < options.Length; i++)
        {
            if (options[i] is ' ' or '\t' or '\n' or '\r' or '\f' or '\v')
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
                continue;
            }

            if (options[i] == '\\' && i + 1 < options.Length) i++;
            (word ??= new StringBuilder()).Append(options[i]);
        }

        if (word is not null) words.Add(word.ToString());
        return words;
    }

    private static bool IsHarmless(string name) => Settings.IsHarmless(name.ToLowerInvariant());
}
