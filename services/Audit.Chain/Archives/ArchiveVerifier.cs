using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Chain.Archives;

/// <summary>Checks an export of several sessions: each session as evidence of its own, and every file against the signed manifest.</summary>
public static class ArchiveVerifier
{
    private const int MostBytes = 64 * 1024 * 1024;

    /// <param name="checkpoints">Opens what a sink kept, once for each session; null without.</param>
    /// <returns>What was found, by file; the last is the whole.</returns>
    /// <exception cref="InvalidDataException">It is no zip file, or one of its files can not be read.</exception>
    public static async Task<IReadOnlyList<(string Name, VerifyResult Result)>> VerifyAsync(ZipArchive archive, string? trustedKey, Func<Stream>? checkpoints, CancellationToken cancel = default)
    {
        var results = new List<(string, VerifyResult)>();
        foreach (var entry in archive.Entries.Where(IsSession))
        {
            await using var stream = await entry.OpenAsync(cancel);
            await using var log = checkpoints?.Invoke();
            results.Add((entry.FullName, await BundleVerifier.VerifyAsync(stream, trustedKey, log, cancel)));
        }

        var problems = await ProblemsAsync(archive, trustedKey, cancel);
        results.AddRange(problems.Select(p => (p.Name, EventWalk.Bad(null, p.Problem))));
        if (problems.Count == 0)
            results.Add((ArchiveSignature.ManifestName, new VerifyResult(true, null, $"intact: {archive.Entries.Count - 2} files, each as the signed manifest names it")));
        return results;
    }

    private static bool IsSession(ZipArchiveEntry entry) => entry.FullName.StartsWith("sessions/", StringComparison.Ordinal) && entry.Name.EndsWith(".jsonl", StringComparison.Ordinal);

    private static async Task<List<(string Name, string Problem)>> ProblemsAsync(ZipArchive archive, string? trustedKey, CancellationToken cancel)
    {
        const string Manifest = ArchiveSignature.ManifestName;
        if (archive.Entries.GroupBy(e => e.FullName).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return [(twice.Key, $"{twice.Key} was added: it is there {twice.Count()} times")];
        if (await BytesAsync(archive, Manifest, cancel) is not { } manifest || await BytesAsync(archive, ArchiveSignature.FileName, cancel) is not { } line)
            return [(Manifest, $"{Manifest} or {ArchiveSignature.FileName} was removed: nothing says what belongs to this export")];
        if (ArchiveSignature.Read(line) is not { } signature)
            return [(ArchiveSignature.FileName, $"{ArchiveSignature.FileName} was changed: it is not a signature as Hoop writes it")];
        if (!signature.IsOver(manifest))
            return [(Manifest, $"{Manifest} or its signature was changed: they do not belong together")];
        if (trustedKey is not null && trustedKey != signature.PublicKey)
            return [(Manifest, $"another key than the trusted one signed the manifest: its fingerprint is {EvidenceKey.Fingerprint(signature.PublicKey)}")];
        if (FilesOf(manifest) is not { } files)
            return [(Manifest, $"{Manifest} names no files by their hashes: it is not a manifest as Hoop writes it")];
        return [.. await ChangesAsync(archive, files, cancel), .. await ForeignAsync(archive, signature.PublicKey, cancel)];
    }

    private static async Task<List<(string Name, string Problem)>> ChangesAsync(ZipArchive archive, Dictionary<string, string> files, CancellationToken cancel)
    {
        var problems = new List<(string, string)>();
        foreach (var entry in archive.Entries.Where(e => e.FullName is not (ArchiveSignature.ManifestName or ArchiveSignature.FileName)))
        {
            if (!files.Remove(entry.FullName, out var hash))
                problems.Add((entry.FullName, $"{entry.FullName} was added: the manifest does not name it"));
            else if (await HashAsync(entry, cancel) != hash)
                problems.Add((entry.FullName, $"{entry.FullName} was changed: its hash is not the one in the manifest"));
        }

        problems.AddRange(files.Keys.Order(StringComparer.Ordinal).Select(missing => (missing, $"{missing} was removed: the manifest names it")));
        return problems;
    }

    /// <summary>Sessions that another key signed do not belong to this export, whatever the manifest says.</summary>
    private static async Task<List<(string Name, string Problem)>> ForeignAsync(ZipArchive archive, string publicKey, CancellationToken cancel)
    {
        var problems = new List<(string, string)>();
        foreach (var entry in archive.Entries.Where(IsSession))
        {
            await using var stream = await entry.OpenAsync(cancel);
            await foreach (var (line, _) in BundleLines.ReadAsync(stream, cancel))
            {
                if (BundleLineReader.Header(line.Span, out _) is { } header && header.PublicKey != publicKey)
                    problems.Add((entry.FullName, $"{entry.FullName} was replaced: another key signed it than the manifest"));
                break;
            }
        }

        return problems;
    }

    private static Dictionary<string, string>? FilesOf(byte[] manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest);
            return json.RootElement.GetProperty("files").Deserialize<Dictionary<string, string>>();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static async Task<byte[]?> BytesAsync(ZipArchive archive, string name, CancellationToken cancel)
    {
        if (archive.GetEntry(name) is not { } entry)
            return null;
        if (entry.Length > MostBytes)
            throw new InvalidDataException($"{name} is larger than any that Hoop writes.");
        using var bytes = new MemoryStream();
        await using var stream = await entry.OpenAsync(cancel);
        await stream.CopyToAsync(bytes, cancel);
        return bytes.ToArray();
    }

    private static async Task<string> HashAsync(ZipArchiveEntry entry, CancellationToken cancel)
    {
        await using var stream = await entry.OpenAsync(cancel);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel));
    }
}
