using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Risks;

/// <summary>A part of a text that brings an effect.</summary>
/// <param name="Start">In characters.</param>
/// <param name="Effect">One.</param>
/// <param name="Why">In a few words; empty when the effect's name says it all.</param>
public sealed record RiskyPart(int Start, int Length, Effects Effect, string Why);
