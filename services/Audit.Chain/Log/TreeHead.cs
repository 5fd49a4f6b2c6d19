using System.Security.Cryptography;
using System.Text;
using Hoop.Audit.Chain.Bundles;

namespace Hoop.Audit.Chain.Log;

/// <summary>What the log was at a moment. Whoever has two that do not fit each other has proof that the log was changed.</summary>
/// <param name="Origin">Which log: chosen once per installation.</param>
/// <param name="Size">Entries.</param>
/// <param name="Root">Merkle root of the entries, lower-case hex.</param>
/// <param name="At">UTC, microseconds.</param>
/// <param name="Signature">ECDSA P-256 with SHA-256 over <see cref="SignedText"/>, base64 of r and s.</param>
public sealed record TreeHead(string Origin, long Size, string Root, DateTimeOffset At, string Signature)
{
    /// <summary><c>hoop-tree-head/1</c>, origin, size, root and time, each followed by a line feed.</summary>
    public byte[] SignedText() => Encoding.UTF8.GetBytes($"hoop-tree-head/1\n{Origin}\n{Size}\n{Root}\n{BundleFormat.Time(At)}\n");

    public static async ValueTask<TreeHead> SignAsync(string origin, long size, byte[] root, DateTimeOffset at, IEvidenceSigner signer, CancellationToken cancel)
    {
        var head = new TreeHead(origin, size, Convert.ToHexStringLower(root), CanonicalEvent.Truncate(at), "");
        return head with { Signature = Convert.ToBase64String(await signer.SignAsync(head.SignedText(), cancel)) };
    }

    public bool IsSignedBy(string publicKey) => EvidenceKey.Verify(publicKey, SignedText(), Signature);

    internal byte[] RootBytes()
    {
        var root = new byte[MerkleTree.HashLength];
        Hex.Decode(Root, root);
        return root;
    }
}

/// <summary>Signs evidence. The key may be in a file or where nobody can take it from: a KMS needs this and no more.</summary>
public interface IEvidenceSigner
{
    /// <summary>SubjectPublicKeyInfo of a P-256 key, base64.</summary>
    string PublicKey { get; }

    /// <summary>The keys that signed before this one, the oldest first: whoever trusts this key is told by it to trust what they signed in their time.</summary>
    IReadOnlyList<string> FormerKeys => [];

    /// <summary>ECDSA with SHA-256 over the text: r and s, 32 bytes each (IEEE P1363).</summary>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancel);
}

/// <summary>Public keys as evidence names them.</summary>
public static class EvidenceKey
{
    public static bool Verify(string publicKey, ReadOnlySpan<byte> text, string signature)
    {
        try
        {
            var bytes = Convert.FromBase64String(signature);
            using var key = Read(publicKey);
            return Convert.ToBase64String(bytes) == signature && key.VerifyData(text, bytes, HashAlgorithmName.SHA256);
        }
        catch (Exception e) when (e is FormatException or CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Whether it is a P-256 key in the one form that evidence names it in.</summary>
    public static bool IsValid(string publicKey)
    {
        try
        {
            Read(publicKey).Dispose();
            return true;
        }
        catch (Exception e) when (e is FormatException or CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Whether it is the key that somebody trusts.</summary>
    /// <param name="trusted">The key itself, or its fingerprint.</param>
    public static bool IsTrusted(string publicKey, string trusted) => publicKey == trusted || Hex.IsHash(trusted) && Fingerprint(publicKey) == trusted;

    /// <summary>SHA-256 of the key, lower-case hex; null when it is not base64.</summary>
    public static string? Fingerprint(string publicKey)
    {
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(publicKey)));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static ECDsa Read(string publicKey)
    {
        var bytes = Convert.FromBase64String(publicKey);
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(bytes, out var read);
        if (read != bytes.Length || key.KeySize != 256 || Convert.ToBase64String(bytes) != publicKey)
            throw new CryptographicException("Not a P-256 key.");
        return key;
    }
}
