using System.Security.Cryptography;
using System.Text;
using Hoop.Audit.Chain.Log;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>
/// Writes one session as evidence that anybody can check offline: JSON Lines, a header, the events in order, and a signed trailer.
/// It writes what it is given, gaps and all; the verifier says what is wrong with it.
/// </summary>
public static class BundleWriter
{
    /// <param name="signer">Its public key goes into the header, and those before it.</param>
    /// <param name="proofs">Where the session stands in the log; null when it has not been logged yet.</param>
    public static async Task WriteAsync(
        Stream destination, string session, long? policyVersion, DateTimeOffset exportedAt, IAsyncEnumerable<JournalEvent> events, IEvidenceSigner signer, BundleProofs? proofs, CancellationToken cancel = default)
    {
        var header = BundleFormat.Write(new BundleHeader(
            session, policyVersion, CanonicalEvent.Truncate(exportedAt), signer.PublicKey, signer.FormerKeys));
        await WriteLineAsync(destination, header, cancel);

        var (count, head) = (0L, EventHash.None);
        await foreach (var e in events.WithCancellation(cancel))
        {
            if (!EventPayload.IsValid(e.Payload))
                throw new InvalidDataException($"Event {e.Sequence} of session {session} can not be exported: its payload is not one JSON object on one line.");
            var line = new BundleEvent(e.Sequence, e.At, e.Kind, Encoding.UTF8.GetBytes(e.Payload), e.PreviousHash, e.Hash);
            await WriteLineAsync(destination, BundleFormat.Write(line), cancel);
            (count, head) = (count + 1, e.Hash);
        }

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var line in proofs is null ? [] : ProofLines.Write(proofs))
        {
            digest.AppendData([.. line, (byte)'\n']);
            await WriteLineAsync(destination, line, cancel);
        }

        var trailer = new BundleTrailer(count, head, Convert.ToHexStringLower(SHA256.HashData(header)), Convert.ToHexStringLower(digest.GetHashAndReset()), "");
        var signature = Convert.ToBase64String(await signer.SignAsync(BundleFormat.SignedText(trailer), cancel));
        await WriteLineAsync(destination, BundleFormat.Write(trailer with { Signature = signature }), cancel);
    }

    private static async Task WriteLineAsync(Stream destination, byte[] line, CancellationToken cancel)
    {
        await destination.WriteAsync(line, cancel);
        await destination.WriteAsync("\n"u8.ToArray(), cancel);
    }
}
