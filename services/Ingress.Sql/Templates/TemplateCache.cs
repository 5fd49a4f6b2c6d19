using System.Runtime.CompilerServices;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Templates;

/// <summary>Meanings of texts that differ only in literals which do not matter: see <see cref="TemplateProof"/> for when that is so.</summary>
sealed class TemplateCache(int maxEntries = 4096, long maxTextBytes = 64L * 1024 * 1024)
{
    readonly Generations<Template, Template> templates = new(maxEntries, maxTextBytes, TemplateComparer.Instance);

    public int Count => templates.Count;
    public long TextBytes => templates.Bytes;

    /// <param name="candidate">When it is not found: the template that the text's own analysis may add to. Null the first time that one is seen.</param>
    [SkipLocalsInit]
    public bool TryGet(string sql, SqlContext context, out SqlAnalysis analysis, out Template? candidate)
    {
        (analysis, candidate) = (null!, null);
        if (sql.Length > AnalysisCache.LongestText) return false;
        Span<Literal> literals = stackalloc Literal[LiteralLexer.Most];
        var count = LiteralLexer.Scan(sql, literals);
        if (count <= 0) return false;
        var text = new TemplateText(sql, literals[..count], context.Names);
        if (!templates.TryGet(text, out var template))
        {
            template = new(sql, text);
            templates.Add(template, template, template.Bytes);
            return false;
        }
        if (template.Rejected) return false;
        if (template.Find(text) is not { } variant)
        {
            candidate = template;
            return false;
        }
        if (variant.Hides(context)) return false;
        analysis = variant.For(sql, text);
        return true;
    }
}
