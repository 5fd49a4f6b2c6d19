using Hoop.Contracts.Documents;

namespace Hoop.Policy.Documents;

/// <summary>One activation, as stored: never changed, never removed.</summary>
/// <param name="Source"><c>file</c> or <c>api</c>.</param>
/// <param name="By">Who activated it: a principal's id, or the file's name.</param>
public sealed record PolicyVersion(long Version, string Digest, DateTimeOffset ActivatedAt, string Source, string By);

/// <summary>A version with the document that is served for it.</summary>
public sealed record ActivePolicy(PolicyVersion Version, HoopDocument Document);
