namespace Hoop.Contracts.Documents;

/// <summary>Fact: the Policy service activated a document. Receivers pull it.</summary>
public sealed record PolicyActivated(long Version, string Digest);

/// <summary>Fact: the Masking service activated the masks of a policy version. Receivers pull them.</summary>
public sealed record MaskingActivated(long Version, string Digest);
