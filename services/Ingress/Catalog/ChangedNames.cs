namespace Hoop.Ingress.Catalog;

/// <summary>Names of relations, functions, types and operators without their schemas; null: they may be any.</summary>
/// <param name="Locked">What the server gives nobody before the change is committed: who names them waits for that, here or there.</param>
/// <param name="Unseen">What others use as it was until then.</param>
/// <param name="Untold">There is code in it that may change what it will: what keeps masked data waits.</param>
internal readonly record struct ChangedNames(IReadOnlyCollection<string>? Locked, IReadOnlyCollection<string>? Unseen, bool Untold);
