using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>The first line of an export.</summary>
/// <param name="Session">The session whose events follow.</param>
/// <param name="PolicyVersion">The policy the session started under; null when its start is not in the export.</param>
/// <param name="PublicKey">The signer's P-256 key, SubjectPublicKeyInfo, base64.</param>
/// <param name="FormerKeys">That signed the log before it, the oldest first.</param>
public sealed record BundleHeader(string Session, long? PolicyVersion, DateTimeOffset ExportedAt, string PublicKey, IReadOnlyList<string> FormerKeys)
{
    internal KeyRing Keys() => new(PublicKey, FormerKeys);
}

/// <summary>The last line of an export.</summary>
/// <param name="Head">Hash of the last event.</param>
/// <param name="HeaderHash">SHA-256 of the header line, without its line feed.</param>
/// <param name="ProofsHash">SHA-256 of the proofs' lines, each with its line feed.</param>
/// <param name="Signature">ECDSA P-256 with SHA-256 over <see cref="BundleFormat.SignedText"/>, base64 of r and s.</param>
internal sealed record BundleTrailer(long Count, string Head, string HeaderHash, string ProofsHash, string Signature);

/// <summary>One event as its line has it.</summary>
/// <param name="Payload">The very bytes of the line.</param>
internal sealed record BundleEvent(long Sequence, DateTimeOffset At, string Kind, byte[] Payload, string PreviousHash, string Hash);
