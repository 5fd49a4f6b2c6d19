namespace Hoop.Contracts.Operations;

/// <summary>One thing an operation touches, and how.</summary>
/// <param name="Verb">Lower case: <c>select, insert, update, delete, merge, truncate, create, alter, drop, copy-from, copy-to, call, execute, grant, revoke, lock, …</c>.</param>
/// <param name="Kind"><c>table</c> (any relation), <c>function</c>, <c>schema</c>, <c>database</c>, <c>role</c>, <c>setting</c>, <c>channel</c>, <c>other</c>.</param>
/// <param name="Name">Qualified as the server resolves it (<c>public.orders</c>, <c>pg_catalog.now</c>); <c>*</c> where the object is not known.</param>
public sealed record ObjectAccess(string Verb, string Kind, string Name)
{
    /// <summary>
    /// The database does it by itself because of the operation: a trigger, a cascade, a partition, the body of a function that is named too. A block or
    /// an approve speaks of it, an allow need not; its effects are the operation's all the same.
    /// </summary>
    public bool Implied { get; init; }
}
