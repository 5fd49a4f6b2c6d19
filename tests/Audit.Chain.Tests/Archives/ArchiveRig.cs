using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Hoop.Audit.Chain.Archives;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Tests.Bundles;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Chain.Tests.Archives;

/// <summary>A small export of one session with recorded rows, and what can be done to it.</summary>
internal static class ArchiveRig
{
    public static readonly string Key = Convert.ToBase64String(BundleRig.Key.ExportSubjectPublicKeyInfo());
    private static readonly DateTimeOffset At = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public static byte[] Rows(int number) => [.. Enumerable.Range(number, 40).Select(i => (byte)i)];

    public static string RowsFile(int number) => $"contents/s1/{number}-{Convert.ToHexStringLower(SHA256.HashData(Rows(number)))}.br";

    /// <summary>Two operations, each with one result: events 2 and 5 recorded them.</summary>
    public static List<JournalEvent> Session()
    {
        var chain = new SessionChain("s1");
        return
        [
            chain.Append(EventKinds.SessionStarted, """{"target":"shop"}""", At),
            .. new[] { 0, 1 }.SelectMany(number => new[]
            {
                chain.Append(EventKinds.OperationDecided, $$"""{"operation":{{number + 1}},"outcome":"allow","text":"select {{number}}"}""", At),
                chain.Append(EventKinds.ResultRecorded, JsonSerializer.Serialize(new { operation = number + 1, content = new { number, sha256 = Convert.ToHexStringLower(SHA256.HashData(Rows(number))) } }), At),
                chain.Append(EventKinds.OperationCompleted, $$"""{"operation":{{number + 1}}}""", At),
            }),
            chain.Append(EventKinds.SessionEnded, """{"cause":"client closed"}""", At),
        ];
    }

    /// <param name="rows">Those of the session's recorded rows that are in it.</param>
    /// <param name="policy">What the manifest says of the policy; null: it is there.</param>
    public static async Task<byte[]> ExportAsync(
        ECDsa? key = null, IEnumerable<JournalEvent>? events = null, BundleProofs? proofs = null, int[]? rows = null, string[]? problems = null, object? policy = null, string statements = "{\"text\":\"select 1\"}\n")
    {
        using var file = new MemoryStream();
        await using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            var writer = new ArchiveWriter(zip);
            var bundle = await BundleRig.ExportAsync(events ?? Session(), key, proofs);
            await writer.AddAsync("sessions/s1.jsonl", CompressionLevel.Fastest, stream => stream.WriteAsync(bundle).AsTask(), CancellationToken.None);
            foreach (var number in rows ?? [0, 1])
                await writer.AddAsync(RowsFile(number), Rows(number), CompressionLevel.NoCompression, CancellationToken.None);
            await writer.AddAsync("policies/7.yaml", "version: 1\npolicies: []\n", CancellationToken.None);
            await writer.AddAsync("statements.jsonl", statements, CancellationToken.None);
            await writer.AddAsync("report.html", $"<p>{new string('x', 5000)}</p>", CancellationToken.None);
            var manifest = new
            {
                format = "hoop-export", version = 2, sessions = new[] { new { id = "s1", file = "sessions/s1.jsonl", problems = problems ?? [] } },
                parts = new { policies = new[] { policy ?? new { version = 7, file = "policies/7.yaml" } } }, files = writer.Files,
            };
            await writer.SignAsync(JsonSerializer.SerializeToUtf8Bytes(manifest), new TestSigner(key ?? BundleRig.Key), CancellationToken.None);
        }

        return file.ToArray();
    }

    public static async Task<IReadOnlyList<(string Name, VerifyResult Result)>> VerifyAsync(byte[] zip, string? key = null, Func<Stream>? checkpoints = null)
    {
        using var file = new MemoryStream(zip);
        return await ArchiveVerifier.VerifyAsync(file, key, checkpoints);
    }

    /// <summary>What is wrong with it; empty when it is intact.</summary>
    public static async Task<List<string>> ProblemsAsync(byte[] zip) => [.. (await VerifyAsync(zip)).Where(r => !r.Result.Ok).Select(r => r.Result.Message)];

    public static Dictionary<string, byte[]> Unpack(byte[] zip)
    {
        using var read = new ZipArchive(new MemoryStream(zip));
        return read.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        });
    }

    public static byte[] Pack(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, data) in files)
            {
                using var stream = zip.CreateEntry(name).Open();
                stream.Write(data);
            }

        return file.ToArray();
    }
}
