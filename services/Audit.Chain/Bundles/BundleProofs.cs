using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>Where a session stands in the log over all sessions.</summary>
/// <param name="Head">The log as it was when the bundle was made.</param>
/// <param name="Entries">The session's entries: heads that were logged while it ran, the last one among them, and tombstones.</param>
/// <param name="Earlier">Earlier tree heads, each with its proof that the log only grew since.</param>
public sealed record BundleProofs(TreeHead Head, IReadOnlyList<LoggedEntry> Entries, IReadOnlyList<EarlierHead> Earlier);

/// <param name="Text">The entry's <see cref="LogEntry.Text"/>, byte for byte what is in the tree.</param>
/// <param name="Path">Inclusion proof in <see cref="BundleProofs.Head"/>.</param>
public sealed record LoggedEntry(string Text, long Index, IReadOnlyList<byte[]> Path);

/// <param name="Path">Consistency proof from <paramref name="Head"/> to <see cref="BundleProofs.Head"/>.</param>
public sealed record EarlierHead(TreeHead Head, IReadOnlyList<byte[]> Path);
