using System.Security.Cryptography;
using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Export;

/// <summary>The ECDSA P-256 key that signs exports: made at first start, kept in the data directory, readable by the service alone.</summary>
internal sealed class SigningKey : IEvidenceSigner, IDisposable
{
    private const string FileName = "audit-signing-key.pem";

    private SigningKey(ECDsa key, IReadOnlyList<string> formerKeys) => (Key, FormerKeys) = (key, formerKeys);

    private ECDsa Key { get; }

    /// <summary>SubjectPublicKeyInfo, base64.</summary>
    public string PublicKey => Convert.ToBase64String(Key.ExportSubjectPublicKeyInfo());

    public IReadOnlyList<string> FormerKeys { get; }

    /// <summary>SHA-256 of the public key, lower-case hex: what <c>hoop verify</c> shows.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Key.ExportSubjectPublicKeyInfo()));

    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancel) => ValueTask.FromResult(Key.SignData(text.Span, HashAlgorithmName.SHA256));

    /// <param name="formerKeys">Public keys, the oldest first, separated by commas; null: the key was never exchanged.</param>
    public static SigningKey ReadOrCreate(string dataDirectory, ILogger logger, string? formerKeys = null)
    {
        var former = formerKeys?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        if (former.FirstOrDefault(k => !EvidenceKey.IsValid(k)) is { } wrong)
            throw new InvalidOperationException($"Hoop__Audit__FormerKeys has '{(wrong.Length > 60 ? wrong[..60] + "…" : wrong)}', which is no public key: give each as GET /api/key showed it while it was in use, the oldest first, with commas between.");
        Directory.CreateDirectory(dataDirectory);
        var file = Path.Combine(dataDirectory, FileName);
        if (!File.Exists(file))
            Create(file, logger);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidOperationException($"The signing key {file} can not be read: restore it from a backup, or move it away to have a new one made.", e);
        }

        return new SigningKey(key, former);
    }

    public void Dispose() => Key.Dispose();

    private static void Create(string file, ILogger logger)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var temporary = $"{file}.{Guid.NewGuid():n}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
            stream.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(temporary, file, overwrite: false);
            logger.SigningKeyMade(file);
        }
        catch (IOException) when (File.Exists(file))
        {
            // Another instance on the same directory was quicker: its key is the key.
            File.Delete(temporary);
        }
    }
}
