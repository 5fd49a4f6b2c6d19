using System.Globalization;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Audit.Search;

/// <summary>What is searched for: everything that is given must hold. All come from the query string.</summary>
internal sealed class SearchQuery
{
    private const int MaxText = 500;

    public string? Principal { get; init; }
    public string? Target { get; init; }

    /// <summary>A table, view or function by its qualified name.</summary>
    public string? Object { get; init; }

    public string? Verb { get; init; }
    public string? Effect { get; init; }

    /// <summary><c>allow</c>, <c>hold</c>, <c>block</c>; or what became of a hold: <c>approved</c>, <c>denied</c>, <c>expired</c>, <c>withdrawn</c>.</summary>
    public string? Decision { get; init; }

    public string? Rule { get; init; }
    public string? Approver { get; init; }
    public string? Request { get; init; }

    /// <summary>Words that the statement's text has, all of them.</summary>
    public string? Text { get; init; }

    public DateTimeOffset? From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset? To { get; init; }

    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static ProblemHttpResult? Parse(IQueryCollection query, out SearchQuery parsed)
    {
        string? wrong = null;
        parsed = new SearchQuery
        {
            Principal = Value(query, "principal"), Target = Value(query, "target"), Object = Value(query, "object") ?? Value(query, "table"), Verb = Value(query, "verb"),
            Effect = Value(query, "effect"), Decision = Value(query, "decision"), Rule = Value(query, "rule"), Approver = Value(query, "approver"),
            Request = Value(query, "request"), Text = Value(query, "text"), From = Time(query, "from", ref wrong), To = Time(query, "to", ref wrong),
        };
        if (wrong is not null)
            return Problems.Of(StatusCodes.Status400BadRequest, "not-a-time", $"'{wrong}' is not a time; write it like 2026-01-31 or 2026-01-31T12:00:00Z.");
        return parsed.Text is null || SearchTags.HasWords(parsed.Text)
            ? null
            : Problems.Of(StatusCodes.Status400BadRequest, "no-words", "The text has no word to look for: give letters or digits, or leave it out.");
    }

    /// <param name="owner">Only this principal's; null for everybody's.</param>
    public string[] Tags(Principal? owner)
    {
        var tags = new HashSet<string>(StringComparer.Ordinal);
        Add(Principal, SearchTags.Principal);
        Add(Target, SearchTags.Target);
        Add(Object, SearchTags.Object);
        Add(Verb, SearchTags.Verb);
        Add(Effect, SearchTags.Effect);
        Add(Decision, SearchTags.Outcome);
        Add(Rule, SearchTags.Rule);
        Add(Approver, SearchTags.Approver);
        Add(Request, SearchTags.Request);
        if (Text is not null)
            SearchTags.AddWords(Text, tags);
        if (owner is not null)
            tags.Add(SearchTags.Principal(owner.Id));
        return [.. tags];

        void Add(string? value, Func<string, string> tag)
        {
            if (value is not null)
                tags.Add(tag(value));
        }
    }

    /// <summary>What was asked, for the record of the search.</summary>
    public Dictionary<string, string> Describe()
    {
        var asked = new Dictionary<string, string>();
        foreach (var (name, value) in new[]
        {
            ("principal", Principal), ("target", Target), ("object", Object), ("verb", Verb), ("effect", Effect), ("decision", Decision), ("rule", Rule),
            ("approver", Approver), ("request", Request), ("text", Text), ("from", From?.ToString("O")), ("to", To?.ToString("O")),
        })
        {
            if (value is not null)
                asked[name] = value;
        }

        return asked;
    }

    private static string? Value(IQueryCollection query, string name) =>
        query[name].ToString().Trim() is { Length: > 0 } text ? (text.Length > MaxText ? text[..MaxText] : text).Replace('\0', '\uFFFD') : null;

    private static DateTimeOffset? Time(IQueryCollection query, string name, ref string? wrong)
    {
        if (Value(query, name) is not { } text)
            return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            return time;
        wrong ??= name;
        return null;
    }
}
