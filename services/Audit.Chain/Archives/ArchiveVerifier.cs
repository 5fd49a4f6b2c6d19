using System.Security.Cryptography;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Chain.Archives;

/// <summary>Checks an export of several sessions: each session as evidence of its own, and every file against the signed manifest.</summary>
public static class ArchiveVerifier
{
    private const string Manifest = ArchiveSignature.ManifestName;
    private const int MostBytes = 64 * 1024 * 1024;

    /// <param name="archive">The zip; seekable.</param>
    /// <param name="trustedKey">The public key, base64, or its fingerprint; null: any.</param>
    /// <param name="checkpoints">Opens what a sink kept, once for each session; null without.</param>
    /// <returns>What was found, by file; the last is the whole.</returns>
    public static async Task<IReadOnlyList<(string Name, VerifyResult Result)>> VerifyAsync(Stream archive, string? trustedKey, Func<Stream>? checkpoints, CancellationToken cancel = default)
    {
        StrictZip zip;
        try
        {
            zip = await StrictZip.ReadAsync(archive, cancel);
        }
        catch (InvalidDataException e)
        {
            return [("archive", EventWalk.Bad(null, e.Message))];
        }

        var results = new List<(string Name, VerifyResult Result)>();
        foreach (var file in zip.Files.Where(IsSession))
            results.Add((file.Name, await SessionAsync(zip, file, trustedKey, checkpoints, cancel)));
        var (problems, notes) = await ProblemsAsync(zip, trustedKey, results, cancel);
        results.AddRange(problems.Select(p => (p.Name, EventWalk.Bad(null, p.Problem))));
        if (problems.Count == 0)
            results.Add((Manifest, new VerifyResult(true, null, $"intact: {zip.Files.Count - 2} files, each as the signed manifest names it") { Notes = notes }));
        return results;
    }

    private static bool IsSession(ZipFile file) => file.Name.StartsWith("sessions/", StringComparison.Ordinal) && file.Name.EndsWith(".jsonl", StringComparison.Ordinal);

    private static async Task<VerifyResult> SessionAsync(StrictZip zip, ZipFile file, string? trustedKey, Func<Stream>? checkpoints, CancellationToken cancel)
    {
        try
        {
            await using var stream = zip.Open(file);
            await using var log = checkpoints?.Invoke();
            return await BundleVerifier.VerifyAsync(stream, trustedKey, log, cancel);
        }
        catch (InvalidDataException e)
        {
            return EventWalk.Bad(null, e.Message);
        }
    }

    private static async Task<(List<(string Name, string Problem)> Problems, List<string> Notes)> ProblemsAsync(
        StrictZip zip, string? trustedKey, List<(string Name, VerifyResult Result)> sessions, CancellationToken cancel)
    {
        try
        {
            if (await BytesAsync(zip, Manifest, cancel) is not { } bytes || await BytesAsync(zip, ArchiveSignature.FileName, cancel) is not { } line)
                return ([(Manifest, $"{Manifest} or {ArchiveSignature.FileName} was removed: nothing says what belongs to this export")], []);
            if (ArchiveSignature.Read(line) is not { } signature)
                return ([(ArchiveSignature.FileName, $"{ArchiveSignature.FileName} was changed: it is not a signature as Hoop writes it")], []);
            if (!signature.IsOver(bytes))
                return ([(Manifest, $"{Manifest} or its signature was changed: they do not belong together")], []);
            if (trustedKey is not null && !EvidenceKey.IsTrusted(signature.PublicKey, trustedKey))
                return ([(Manifest, $"another key than the trusted one signed the manifest: its fingerprint is {EvidenceKey.Fingerprint(signature.PublicKey)}")], []);
            if (ArchiveManifest.Read(bytes) is not { } manifest)
                return ([(Manifest, $"{Manifest} does not name files by their hashes, sessions and parts: it is not a manifest as Hoop writes it")], []);
            List<(string, string)> problems = [.. await ChangesAsync(zip, manifest, cancel), .. Foreign(sessions, signature.PublicKey)];
            var (gaps, notes) = Gaps(manifest, sessions);
            return ([.. problems, .. gaps], notes);
        }
        catch (InvalidDataException e)
        {
            return ([(Manifest, e.Message)], []);
        }
    }

    private static async Task<List<(string Name, string Problem)>> ChangesAsync(StrictZip zip, ArchiveManifest manifest, CancellationToken cancel)
    {
        var problems = new List<(string, string)>();
        foreach (var file in zip.Files.Where(f => f.Name is not (Manifest or ArchiveSignature.FileName)))
        {
            if (!manifest.Files.TryGetValue(file.Name, out var hash))
                problems.Add((file.Name, $"{file.Name} was added: the manifest does not name it"));
            else if (await ChangeAsync(zip, file, hash, cancel) is { } change)
                problems.Add((file.Name, change));
        }

        problems.AddRange(manifest.Files.Keys.Where(name => zip.Find(name) is null).Order(StringComparer.Ordinal).Select(missing => (missing, $"{missing} was removed: the manifest names it")));
        return problems;
    }

    private static async Task<string?> ChangeAsync(StrictZip zip, ZipFile file, string hash, CancellationToken cancel)
    {
        try
        {
            await using var stream = zip.Open(file);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel)) == hash ? null : $"{file.Name} was changed: its hash is not the one in the manifest";
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }

    /// <summary>Sessions that another key signed do not belong to this export, whatever the manifest says.</summary>
    private static IEnumerable<(string Name, string Problem)> Foreign(List<(string Name, VerifyResult Result)> sessions, string publicKey) =>
        sessions.Where(s => s.Result.KeyFingerprint is { } fingerprint && fingerprint != EvidenceKey.Fingerprint(publicKey))
            .Select(s => (s.Name, $"{s.Name} was replaced: another key signed it than the manifest"));

    /// <summary>What the export itself says that it lacks, and what its sessions' events name and it does not have.</summary>
    private static (List<(string Name, string Problem)> Problems, List<string> Notes) Gaps(ArchiveManifest manifest, List<(string Name, VerifyResult Result)> sessions)
    {
        var (problems, notes) = (new List<(string, string)>(), new List<string>());
        var results = sessions.ToDictionary(s => s.Name, s => s.Result, StringComparer.Ordinal);
        foreach (var session in manifest.Sessions)
        {
            if (!results.Remove(session.File, out var evidence))
                problems.Add((session.File, $"{session.File} was removed: the manifest says that session {session.Id} is in it"));
            else if (evidence.Ok && evidence.Session != session.Id)
                problems.Add((session.File, $"{session.File} was replaced: it is of session {evidence.Session}, and the manifest says {session.Id}"));
            else if (evidence.Ok)
            {
                var (own, explained) = RecordedRowsCheck.Check(manifest, session, evidence);
                problems.AddRange(own);
                notes.AddRange(explained);
            }
        }

        problems.AddRange(results.Keys.Select(name => (name, $"{name} was added: the manifest lists no such session")));
        problems.AddRange(manifest.Parts.Where(part => part.Problem is not null).Select(part => (part.File ?? Manifest, $"the export says of its {part.Name}: {part.Problem}")));
        problems.AddRange(manifest.Parts.Where(part => part is { Problem: null, File: not null, Digest: not null } && manifest.Files.GetValueOrDefault(part.File) != part.Digest)
            .Select(part => (part.File!, $"{part.File} is not what was in force: that has the SHA-256 {part.Digest}")));
        notes.AddRange(manifest.Parts.Where(part => part is { Problem: null, File: null, Digest: not null }).Select(part =>
            $"{part.Name} is not in the export: whoever asked may not read it; what was in force has the SHA-256 {part.Digest}"));
        return (problems, notes);
    }

    private static async Task<byte[]?> BytesAsync(StrictZip zip, string name, CancellationToken cancel)
    {
        if (zip.Find(name) is not { } file)
            return null;
        if (file.Length > MostBytes)
            throw new InvalidDataException($"{name} is larger than any that Hoop writes.");
        using var bytes = new MemoryStream();
        await using var stream = zip.Open(file);
        await stream.CopyToAsync(bytes, cancel);
        return bytes.ToArray();
    }
}
