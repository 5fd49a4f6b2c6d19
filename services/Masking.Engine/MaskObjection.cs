using Hoop.Contracts.Documents;

namespace Hoop.Masking.Engine;

/// <param name="Rule"><see cref="PredicateRule.Block"/> or <see cref="PredicateRule.Approve"/>.</param>
/// <param name="Mask">The mask's name.</param>
/// <param name="Why">One line: which column, which use, what would be allowed.</param>
public sealed record MaskObjection(PredicateRule Rule, string Mask, string Why);
