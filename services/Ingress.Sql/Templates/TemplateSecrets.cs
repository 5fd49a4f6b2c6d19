using Hoop.Ingress.Sql.Secrets;

namespace Hoop.Ingress.Sql.Templates;

/// <summary>Which of a template's literals are secrets: told once, and true of all its texts.</summary>
sealed class TemplateSecrets(SqlSecrets proven, int[] secret)
{
    /// <summary>False when they are not plainly literals of the template, or not the same ones where other literals differ: then it is no template.</summary>
    /// <param name="secrets">Null: there are none.</param>
    public static bool TryOf(string sql, Literal[] literals, SqlAnalysis analysis, SqlAnalysis blind, string other, SqlAnalysis meaning, out TemplateSecrets? secrets)
    {
        secrets = null;
        if (analysis.Secrets is not { } proven) return blind.Secrets is null && meaning.Secrets is null;
        if (blind.Secrets is not { } unseen || meaning.Secrets is not { } again) return false;
        if (Places(proven, literals) is not { } places || !AreSame(proven, unseen) || !AreSame(proven, again)) return false;

        var others = new Literal[LiteralLexer.Most];
        others = others[..Math.Max(0, LiteralLexer.Scan(other, others))];
        if (Places(unseen, literals)?.AsSpan().SequenceEqual(places) != true || Places(again, others)?.AsSpan().SequenceEqual(places) != true) return false;
        secrets = new(proven, places);
        return true;
    }

    public SqlSecrets In(string sql, ReadOnlySpan<Literal> literals)
    {
        if (secret.Length == 0) return proven.In(sql, []);
        var spans = new SecretSpan[secret.Length];
        for (var i = 0; i < spans.Length; i++) spans[i] = new(literals[secret[i]].Start, literals[secret[i]].Length);
        return proven.In(sql, spans);
    }

    static bool AreSame(SqlSecrets a, SqlSecrets b) => a.Parameters is { } ours && b.Parameters is { } theirs && ours.SequenceEqual(theirs);

    static int[]? Places(SqlSecrets secrets, Literal[] literals)
    {
        if (secrets.Spans is not { } spans) return null;
        int[] places = [.. spans.Select(span => Array.FindIndex(literals, literal => literal.Start == span.Start && literal.Length == span.Length))];
        return places.Contains(-1) ? null : places;
    }
}
