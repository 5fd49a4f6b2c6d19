using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Templates;

/// <summary>Compares analyses in everything but the statements' texts.</summary>
static class Meaning
{
    public static bool IsSame(SqlAnalysis a, SqlAnalysis b) => a.Error == b.Error && a.Statements.Count == b.Statements.Count && a.Statements.Zip(b.Statements).All(static p => IsSame(p.First, p.Second));

    // Lists are compared here and taken out, the rest by the records themselves: a field that comes later counts too.
    static bool IsSame(SqlStatement a, SqlStatement b) =>
        IsSame(a.Facts, b.Facts) && IsSame(a.Result, b.Result) && a.Command == b.Command
        && a.SecretParameters.SequenceEqual(b.SecretParameters)
        && a with { Text = "", Facts = b.Facts, Result = null, SecretParameters = b.SecretParameters } == b with { Text = "", Result = null };

    static bool IsSame(OperationFacts a, OperationFacts b) =>
        a.Accesses.SequenceEqual(b.Accesses) && a.ColumnUses.SequenceEqual(b.ColumnUses)
        && a with { Accesses = [], ColumnUses = [] } == b with { Accesses = [], ColumnUses = [] };

    static bool IsSame(IReadOnlyList<ResultColumn>? a, IReadOnlyList<ResultColumn>? b) =>
        a is null || b is null ? a is null && b is null : a.Count == b.Count && a.Zip(b).All(static p => IsSame(p.First, p.Second));

    static bool IsSame(ResultColumn a, ResultColumn b) =>
        a.Sources.Count == b.Sources.Count && a.Sources.Zip(b.Sources).All(static p => IsSame(p.First, p.Second)) && a with { Sources = b.Sources } == b;

    static bool IsSame(ColumnSource a, ColumnSource b) => a.Through.SequenceEqual(b.Through) && a with { Through = b.Through } == b;
}
