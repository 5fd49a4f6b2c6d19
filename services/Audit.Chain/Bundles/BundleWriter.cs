using System.Security.Cryptography;
using System.Text;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>
/// Writes one session as evidence that anybody can check offline: JSON Lines, a header, the events in order, and a signed trailer.
/// It writes what it is given, gaps and all; the verifier says what is wrong with it.
/// </summary>
public static class BundleWriter
{
    /// <param name="key">ECDSA P-256; its public half goes into the header.</param>
    public static async Task WriteAsync(
        Stream destination, string session, long? policyVersion, DateTimeOffset exportedAt, IAsyncEnumerable<JournalEvent> events, ECDsa key, CancellationToken cancel = default)
    {
        var header = BundleFormat.Write(new BundleHeader(
            session, policyVersion, CanonicalEvent.Truncate(exportedAt), Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())));
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

        var headerHash = Convert.ToHexStringLower(SHA256.HashData(header));
        var signature = key.SignData(BundleFormat.SignedText(count, head, headerHash), HashAlgorithmName.SHA256);
        await WriteLineAsync(destination, BundleFormat.Write(new BundleTrailer(count, head, headerHash, Convert.ToBase64String(signature))), cancel);
    }

    private static async Task WriteLineAsync(Stream destination, byte[] line, CancellationToken cancel)
    {
        await destination.WriteAsync(line, cancel);
        await destination.WriteAsync("\n"u8.ToArray(), cancel);
    }
}
