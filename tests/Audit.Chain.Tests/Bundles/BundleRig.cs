using System.Security.Cryptography;
using System.Text;
using Hoop.Audit.Chain.Bundles;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain.Tests.Bundles;

/// <summary>A small export, and what can be done to it.</summary>
internal static class BundleRig
{
    public static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly DateTimeOffset At = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public static List<JournalEvent> Session(string id = "s1", string text = "select ssn from customers where note = 'é€😀'")
    {
        var chain = new SessionChain(id);
        return
        [
            chain.Append(EventKinds.SessionStarted, """{"principal":{"subject":"reporting-agent"},"target":"shop","policyVersion":3}""", At),
            chain.Append(EventKinds.OperationDecided, $$"""{"operation":1,"outcome":"allow","text":"{{text}}"}""", At.AddSeconds(1)),
            chain.Append(EventKinds.OperationCompleted, """{"operation":1, "rows":3}""", At.AddSeconds(2)),
            chain.Append(EventKinds.OperationDecided, """{"operation":2,"outcome":"block","text":"drop table t"}""", At.AddSeconds(3)),
            chain.Append(EventKinds.SessionEnded, """{"cause":"client closed"}""", At.AddSeconds(4)),
        ];
    }

    public static async Task<byte[]> ExportAsync(IEnumerable<JournalEvent>? events = null, ECDsa? key = null, BundleProofs? proofs = null)
    {
        using var bytes = new MemoryStream();
        await BundleWriter.WriteAsync(bytes, "s1", 3, At.AddHours(1), (events ?? Session()).ToAsyncEnumerable(), new TestSigner(key ?? Key), proofs);
        return bytes.ToArray();
    }

    public static async Task<VerifyResult> VerifyAsync(byte[] bundle, string? trustedKey = null)
    {
        using var stream = new MemoryStream(bundle);
        return await BundleVerifier.VerifyAsync(stream, trustedKey);
    }

    /// <summary>The export with its lines (feeds kept off) rearranged.</summary>
    public static async Task<VerifyResult> VerifyLinesAsync(Func<List<string>, IEnumerable<string>> edit)
    {
        var lines = Encoding.UTF8.GetString(await ExportAsync()).TrimEnd('\n').Split('\n').ToList();
        return await VerifyAsync(Encoding.UTF8.GetBytes(string.Concat(edit(lines).Select(l => l + "\n"))));
    }
}
