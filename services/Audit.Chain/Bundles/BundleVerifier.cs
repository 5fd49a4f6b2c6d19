using System.Security.Cryptography;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>Checks an export offline: form, chain, order, count, head and signature. Needs nothing but the file.</summary>
public static class BundleVerifier
{
    /// <param name="trustedKey">SubjectPublicKeyInfo, base64, that must have signed; null accepts the key in the header (compare its fingerprint).</param>
    public static async Task<VerifyResult> VerifyAsync(string path, string? trustedKey = null, CancellationToken cancel = default)
    {
        await using var file = File.OpenRead(path);
        return await VerifyAsync(file, trustedKey, cancel);
    }

    /// <inheritdoc cref="VerifyAsync(string, string?, CancellationToken)"/>
    public static async Task<VerifyResult> VerifyAsync(Stream stream, string? trustedKey = null, CancellationToken cancel = default)
    {
        var bundle = new Bundle();
        await foreach (var (line, ended) in BundleLines.ReadAsync(stream, cancel))
        {
            if (bundle.Take(line.Span, ended) is { } problem)
                return bundle.Describe(problem);
        }

        return bundle.Describe(Judge(bundle, trustedKey));
    }

    private static VerifyResult Judge(Bundle bundle, string? trustedKey)
    {
        if (bundle.Header is null)
            return EventWalk.Bad(null, "the file is empty: the header is missing");
        var trailer = bundle.Trailer;
        if (EventWalk.FirstProblem(bundle.WholeEvents) is { } changed && (trailer is null || bundle.HeaderMatches))
            return changed;
        if (trailer is null)
            return EventWalk.Bad(null, $"the trailer is missing or was changed: the file ends after {bundle.LastWholeEvent}");
        if (!bundle.EndsWithLineFeed)
            return EventWalk.Bad(null, "the trailer was changed: its line feed is missing");

        var signed = SignatureMatches(bundle.Header, trailer);
        if (!bundle.HeaderMatches)
            return EventWalk.Bad(null, signed ? "the header was changed: it is not the one that was signed" : "the header or the trailer was changed: they do not belong together");
        if (!signed)
            return EventWalk.Bad(null, "the trailer was changed: its signature does not match");
        return CountsAndHead(bundle, trailer) ?? KeyProblem(bundle.Header, trustedKey) ?? Intact(bundle, trailer);
    }

    private static VerifyResult? CountsAndHead(Bundle bundle, BundleTrailer trailer)
    {
        var events = bundle.Events;
        if (events.Count < trailer.Count)
            return EventWalk.Bad(events.Count, $"{(events.Count + 1 == trailer.Count ? $"event {events.Count} was" : $"events {events.Count} to {trailer.Count - 1} were")} removed from the end: the signed count is {trailer.Count}");
        if (events.Count > trailer.Count)
            return EventWalk.Bad(trailer.Count, $"{events[(int)trailer.Count].Describe(trailer.Count)} was added at the end: the signed count is {trailer.Count}");
        var head = events.Count == 0 ? EventHash.None : events[^1].Hash;
        return head == trailer.Head ? null : EventWalk.Bad(null, "events were rewritten: the chain holds, but its head is not the signed one");
    }

    private static VerifyResult? KeyProblem(BundleHeader header, string? trustedKey) =>
        trustedKey is null || trustedKey == header.PublicKey
            ? null
            : EventWalk.Bad(null, $"the header names another key than the trusted one: its fingerprint is {Fingerprint(header.PublicKey)}");

    private static VerifyResult Intact(Bundle bundle, BundleTrailer trailer) =>
        new(true, null, $"intact: {trailer.Count} events of session {bundle.Header!.Session}, exported {BundleFormat.Time(bundle.Header.ExportedAt)}");

    private static bool SignatureMatches(BundleHeader header, BundleTrailer trailer)
    {
        try
        {
            var signature = Convert.FromBase64String(trailer.Signature);
            using var key = Key(header.PublicKey);
            return Convert.ToBase64String(signature) == trailer.Signature
                && key.VerifyData(BundleFormat.SignedText(trailer.Count, trailer.Head, trailer.HeaderHash), signature, HashAlgorithmName.SHA256);
        }
        catch (Exception e) when (e is FormatException or CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    private static ECDsa Key(string publicKey)
    {
        var bytes = Convert.FromBase64String(publicKey);
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(bytes, out var read);
        if (read != bytes.Length || key.KeySize != 256 || Convert.ToBase64String(bytes) != publicKey)
            throw new CryptographicException("Not a P-256 key.");
        return key;
    }

    internal static string? Fingerprint(string publicKey)
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
}
