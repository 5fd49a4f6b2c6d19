using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;
using Hoop.Masking.Engine.Columns;

namespace Hoop.Masking.Engine.Predicates;

/// <summary>What one mask says of one use of its column.</summary>
internal static class PredicateJudge
{
    public static MaskObjection? Judge(CompiledMask mask, ColumnUse use)
    {
        // A copy of the value in another place would escape the mask whatever the predicates may do.
        if (use.Kind == ColumnUseKind.Stored)
            return Object(PredicateRule.Block, $"masks.{mask.Name} does not let {Line(use.Column)} be copied, this statement stores it elsewhere; leave the column out");
        if (use.Kind == ColumnUseKind.Other && use.Function is { } function && mask.IsSafe(function))
            return null;
        return mask.Predicates switch
        {
            PredicateRule.Allow => null,
            PredicateRule.Equality when use.Kind is ColumnUseKind.Equality or ColumnUseKind.NullTest => null,
            PredicateRule.Equality => Object(PredicateRule.Block, $"masks.{mask.Name} permits only =, IN and IS NULL on {Line(use.Column)}, this statement uses it in {Describe(use.Kind)}"),
            PredicateRule.Approve => Object(PredicateRule.Approve, $"masks.{mask.Name} asks for approval when {Line(use.Column)} decides what a statement does, this one uses it in {Describe(use.Kind)}"),
            _ => Object(PredicateRule.Block, $"masks.{mask.Name} permits no predicate on {Line(use.Column)}, this statement uses it in {Describe(use.Kind)}"),
        };

        MaskObjection Object(PredicateRule rule, string why) => new(rule, mask.Name, why);
    }

    private static string Describe(ColumnUseKind kind) => kind switch
    {
        ColumnUseKind.Equality => "a comparison with =",
        ColumnUseKind.Range => "a range comparison (<, >, BETWEEN)",
        ColumnUseKind.Pattern => "a pattern match (LIKE, ~)",
        ColumnUseKind.Order => "ORDER BY",
        ColumnUseKind.Group => "GROUP BY or DISTINCT",
        ColumnUseKind.NullTest => "IS NULL",
        _ => "an expression that decides the result",
    };

    /// <summary>Quoted identifiers may hold line breaks; the reason is one line.</summary>
    private static string Line(string name) =>
        name == "*" ? "a column whose source is not known" : name.Any(char.IsControl) ? string.Concat(name.Select(c => char.IsControl(c) ? ' ' : c)) : name;
}
