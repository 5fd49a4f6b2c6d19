using System.Collections.Frozen;
using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>PostgreSQL's own operators, and how much a comparison by each tells.</summary>
static class Operators
{
    static readonly FrozenSet<string> Builtin = FrozenSet.Create(
        "!!", "!~", "!~*", "!~~", "!~~*", "#", "##", "#-", "#>", "#>>", "%", "&", "&&", "&<", "&<|", "&>", "*", "*<", "*<=", "*<>", "*=", "*>", "*>=",
        "+", "-", "->", "->>", "-|-", "/", "<", "<->", "<<", "<<=", "<<|", "<=", "<>", "<@", "<^", "=", ">", ">=", ">>", ">>=", ">^", "?", "?#", "?&",
        "?-", "?-|", "?|", "?||", "@", "@-@", "@>", "@?", "@@", "@@@", "^", "^@", "|", "|&>", "|/", "|>>", "||", "||/", "~", "~*", "~<=~", "~<~",
        "~=", "~>=~", "~>~", "~~", "~~*", "!=");

    public static bool IsBuiltin(string name) => Builtin.Contains(name);

    /// <param name="node">An A_Expr or a SubLink that compares.</param>
    public static ColumnUseKind KindOf(Node node)
    {
        if (node.Kind == "SubLink") return ByName(node.Names("operName").LastOrDefault() ?? "=");
        return node.Text("kind") switch
        {
            "AEXPR_BETWEEN" or "AEXPR_NOT_BETWEEN" or "AEXPR_BETWEEN_SYM" or "AEXPR_NOT_BETWEEN_SYM" => ColumnUseKind.Range,
            "AEXPR_LIKE" or "AEXPR_ILIKE" or "AEXPR_SIMILAR" => ColumnUseKind.Pattern,
            // IN and IS DISTINCT FROM ask the same question as =, whichever answer they keep.
            "AEXPR_IN" or "AEXPR_DISTINCT" or "AEXPR_NOT_DISTINCT" => ColumnUseKind.Equality,
            "AEXPR_NULLIF" => ColumnUseKind.Other,
            _ => node.Names("name") is [.., { } name] ? ByName(name) : ColumnUseKind.Other,
        };
    }

    static ColumnUseKind ByName(string name) => name switch
    {
        // Both answers to "is it this value?" say the same.
        "=" or "<>" or "!=" => ColumnUseKind.Equality,
        "<" or ">" or "<=" or ">=" or "~<~" or "~>~" or "~<=~" or "~>=~" => ColumnUseKind.Range,
        "~~" or "~~*" or "!~~" or "!~~*" or "~" or "~*" or "!~" or "!~*" or "^@" or "@@" or "@@@" or "@?" => ColumnUseKind.Pattern,
        _ => ColumnUseKind.Other,
    };
}
