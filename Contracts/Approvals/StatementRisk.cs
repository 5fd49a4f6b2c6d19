namespace Hoop.Contracts.Approvals;

/// <summary>A part of a statement that brings an effect, as found by what judged it.</summary>
/// <param name="Start">In characters (UTF-16 units) of the statement, as is <paramref name="Length"/>.</param>
/// <param name="Effect">Its name.</param>
/// <param name="Why">In a few words; empty when the effect's name says it all.</param>
public sealed record StatementRisk(int Start, int Length, string Effect, string Why);
