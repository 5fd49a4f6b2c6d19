using Hoop.Approval.Portal.Parts;
using Hoop.Contracts.Approvals;

namespace Hoop.Approval.Portal.Statements;

/// <summary>Shows the parts of a statement that bring its effects where the gateway's parser found them.</summary>
internal static class RiskPlaces
{
    private const int LongestWord = 60;

    /// <summary>The pieces, cut where a place begins or ends, and what to say of them.</summary>
    public static (List<SqlToken> Tokens, List<RiskMark> Marks) Find(string sql, IReadOnlyList<SqlToken> tokens, IReadOnlyList<StatementRisk> risks, IReadOnlyList<string> effects)
    {
        var told = risks.Where(risk => risk.Start >= 0 && risk.Length > 0 && risk.Start <= sql.Length - risk.Length).ToList();
        var pieces = Cut(tokens, told);
        var marks = RiskMarks.Find(pieces, []);
        var at = 0;
        var starts = pieces.ConvertAll(piece => (at += piece.Text.Length) - piece.Text.Length);
        foreach (var risk in told.OrderBy(risk => Wording.RiskOf(risk.Effect) == "risky" ? 0 : 1).ThenBy(risk => risk.Length)) marks.AddRange(Of(risk, sql, pieces, starts));
        foreach (var effect in effects.Where(effect => Wording.RiskOf(effect) == "risky" && !told.Exists(risk => risk.Effect == effect))) marks.Add(new RiskMark(-1, 0, effect, ""));
        return (pieces, marks);
    }

    private static IEnumerable<RiskMark> Of(StatementRisk risk, string sql, List<SqlToken> pieces, List<int> starts)
    {
        var line = sql.AsSpan(0, risk.Start).Count('\n') + 1;
        var text = string.Join(' ', sql.Substring(risk.Start, risk.Length).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var word = text.Length > LongestWord ? text[..LongestWord] + "…" : text;
        var first = true;
        for (var i = 0; i < pieces.Count; i++)
        {
            if (starts[i] < risk.Start || starts[i] + pieces[i].Text.Length > risk.Start + risk.Length || pieces[i].Kind == SqlTokenKind.Hidden) continue;
            yield return new RiskMark(i, line, risk.Effect, word) { Why = risk.Why, Continued = !first };
            first = false;
        }
    }

    private static List<SqlToken> Cut(IReadOnlyList<SqlToken> tokens, List<StatementRisk> risks)
    {
        var cuts = new SortedSet<int>(risks.SelectMany(risk => new[] { risk.Start, risk.Start + risk.Length }));
        var (pieces, at) = (new List<SqlToken>(), 0);
        foreach (var token in tokens)
        {
            var from = at;
            foreach (var cut in token.Text.Length > 1 ? cuts.GetViewBetween(at + 1, at + token.Text.Length - 1) : [])
            {
                pieces.Add(token with { Text = token.Text[(from - at)..(cut - at)] });
                from = cut;
            }
            pieces.Add(token with { Text = token.Text[(from - at)..] });
            at += token.Text.Length;
        }
        return pieces;
    }
}
