using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Chain.Archives;

/// <summary>The file beside an export's manifest that says who signed it. The manifest names every other file by its hash.</summary>
/// <param name="Manifest">SHA-256 of the manifest, lower-case hex.</param>
/// <param name="Signature">ECDSA P-256 with SHA-256 over <c>hoop-export/2</c> and that hash, each followed by a line feed; base64 of r and s.</param>
internal sealed record ArchiveSignature(string PublicKey, string Manifest, string Signature)
{
    public const string ManifestName = "manifest.json";
    public const string FileName = "manifest.sig";

    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static async ValueTask<ArchiveSignature> OverAsync(byte[] manifest, IEvidenceSigner signer, CancellationToken cancel)
    {
        var hash = HashOf(manifest);
        return new ArchiveSignature(signer.PublicKey, hash, Convert.ToBase64String(await signer.SignAsync(SignedText(hash), cancel)));
    }

    public bool IsOver(ReadOnlySpan<byte> manifest) => HashOf(manifest) == Manifest && EvidenceKey.Verify(PublicKey, SignedText(Manifest), Signature);

    /// <summary>One JSON line, without its line feed.</summary>
    public byte[] ToLine() => BundleFormat.Line(w =>
    {
        w.WriteString("format", "hoop-export-signature");
        w.WriteNumber("version", 1);
        w.WriteString("publicKey", PublicKey);
        w.WriteString("manifest", Manifest);
        w.WriteString("signature", Signature);
    });

    /// <summary>Null for anything that is not exactly what <see cref="ToLine"/> writes.</summary>
    public static ArchiveSignature? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line.ToArray());
            var fields = json.RootElement;
            var signature = new ArchiveSignature(fields.GetProperty("publicKey").GetString()!, fields.GetProperty("manifest").GetString()!, fields.GetProperty("signature").GetString()!);
            return line.SequenceEqual(signature.ToLine()) ? signature : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentNullException)
        {
            return null;
        }
    }

    private static byte[] SignedText(string manifestHash) => Encoding.UTF8.GetBytes($"hoop-export/2\n{manifestHash}\n");
}
