using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;
using Hoop.Masking.Engine.Columns;

namespace Hoop.Masking.Engine.Predicates;

/// <summary>What one mask says of one use of its column.</summary>
internal static class PredicateJudge
{
    private const string Any = "*";

    /// <param name="isMasked">Whether a column of this name is masked for the same principal.</param>
    public static MaskObjection? Judge(CompiledMask mask, ColumnUse use, Func<string, bool> isMasked)
    {
        if (use.Code is { } code)
            return Object(PredicateRule.Block, $"masks.{mask.Name} permits DO only where no masked value can take part, this block {Line(code)}{(use.Column == Any ? "" : $", where {Line(use.Column)} is masked")}; send its statements without the block, or ask somebody who is not under the mask");
        // A copy of the value in another place would escape the mask whatever the predicates may do.
        if (use.Kind == ColumnUseKind.Stored)
            return Object(PredicateRule.Block, use.Column == Any
                ? $"masks.{mask.Name} follows columns by name, this statement may take their values where they cannot be followed (code, text run as SQL, links to other data, limits of space, what is not understood); ask somebody who is not under the mask"
                : $"masks.{mask.Name} does not let {Line(use.Column)} be copied or renamed, this statement stores it elsewhere; leave the column out");
        if (use.Kind == ColumnUseKind.Other && use.Function is { } function && mask.IsSafe(function))
            return null;
        return mask.Predicates switch
        {
            PredicateRule.Allow => null,
            PredicateRule.Equality when use is { Column: Any, Missing: { } missing } =>
                Object(PredicateRule.Block, $"no table of this statement is known to have \"{Line(missing)}\", and masks.{mask.Name} permits no predicate on a column whose source is not known; check the name"),
            // It may be one digit of a masked column, or whether that is less than something: then = and IS NULL tell as much as any expression.
            PredicateRule.Equality when use is { Column: Any, Called: { } called } =>
                Object(PredicateRule.Block, $"masks.{mask.Name} permits no predicate on what {Line(called)} gives, which may come from any table, this statement uses it in {Describe(use.Kind)}; ask tables and views instead"),
            PredicateRule.Equality when use.Column == Any =>
                Object(PredicateRule.Block, $"masks.{mask.Name} permits no predicate on {Line(use.Column)} (of a function, or of what was created a moment ago), this statement uses it in {Describe(use.Kind)}; ask tables and views, one statement at a time"),
            PredicateRule.Equality when use.Kind == ColumnUseKind.NullTest || use.Kind == ColumnUseKind.Equality && (use.With is null || isMasked(use.With)) => null,
            PredicateRule.Equality when use is { Kind: ColumnUseKind.Equality, With: { } with } =>
                Object(PredicateRule.Block, $"masks.{mask.Name} permits comparing {Line(use.Column)} only with values and with columns that are masked too, {(use.CheckedBy is null ? $"this statement compares it with {Line(with)}" : $"{Used(use)} with {Line(with)}")}; add a mask for that one or leave it out"),
            PredicateRule.Equality => Object(PredicateRule.Block, $"masks.{mask.Name} permits only =, IN and IS NULL on {Line(use.Column)}, {Used(use)}"),
            PredicateRule.Approve => Object(PredicateRule.Approve, $"masks.{mask.Name} asks for approval when {Line(use.Column)} decides what a statement does, {Used(use)}"),
            _ => Object(PredicateRule.Block, $"masks.{mask.Name} permits no predicate on {Line(use.Column)}, {Used(use)}"),
        };

        MaskObjection Object(PredicateRule rule, string why) => new(rule, mask.Name, why);
    }

    private static string Used(ColumnUse use) => use.CheckedBy is { } table
        ? $"a constraint or index of {Line(table)} compares what this statement writes with it in {Describe(use.Kind)}" : $"this statement uses it in {Describe(use.Kind)}";

    private static string Describe(ColumnUseKind kind) => kind switch
    {
        ColumnUseKind.Equality => "a comparison with =",
        ColumnUseKind.Range => "a range comparison (<, >, BETWEEN)",
        ColumnUseKind.Pattern => "a pattern match (LIKE, ~)",
        ColumnUseKind.Order => "ORDER BY",
        ColumnUseKind.Group => "GROUP BY or DISTINCT",
        ColumnUseKind.NullTest => "IS NULL",
        ColumnUseKind.Search => "a search (more than 10 values, or a list of unknown length)",
        _ => "an expression that decides the result",
    };

    /// <summary>Quoted identifiers may hold line breaks; the reason is one line.</summary>
    private static string Line(string name) =>
        name == Any ? "a column whose source is not known" : name.Any(char.IsControl) ? string.Concat(name.Select(c => char.IsControl(c) ? ' ' : c)) : name;
}
