using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Chain.Tests.Log;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests.Bundles;

/// <summary>Who has a key can sign anything. It is read like all else: never a crash, and never more said than there is.</summary>
public class SignedNonsenseTests
{
    private static readonly string None = new('0', 64);

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task A_count_that_can_not_be_is_not_intact(long count)
    {
        var result = await BundleRig.VerifyAsync(Signed(count, ""));

        result.Ok.ShouldBeFalse();
        result.Message.ShouldMatch("trailer|removed from the end");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public async Task A_tree_head_without_an_entry_proves_nothing(long size)
    {
        var head = await TreeHead.SignAsync("hoop", size, new byte[32], LogRig.At, new TestSigner(BundleRig.Key), CancellationToken.None);
        var result = await BundleRig.VerifyAsync(Signed(0, Encoding.UTF8.GetString(ProofLines.Write(head)) + "\n"));

        result.Ok.ShouldBeFalse();
        result.Message.ShouldStartWith("the proofs were changed: ");
    }

    [Fact]
    public async Task An_entry_of_the_log_that_can_not_be_is_not_intact()
    {
        foreach (var entry in new (string, long, long?, string)[] { ("head", -1, null, None), ("head", 0, null, "zz"), ("head", long.MaxValue, null, None), ("tombstone", 0, 4, None), ("tombstone", -9, -5, None), ("tombstone", long.MaxValue, 0, None) })
        {
            var (kind, sequence, first, hash) = entry;
            var leaf = new LogEntry(kind, "s1", sequence, hash, first, first is null ? null : "retention", first is null ? null : LogRig.At);
            var log = await new LogRig(BundleRig.Key).Add(leaf.ToLeaf()).SignAsync();
            var result = await BundleRig.VerifyAsync(await BundleRig.ExportAsync([], proofs: log.ProofsOf("s1")));

            result.Ok.ShouldBeFalse($"{entry}");
            LogEntry.Read(leaf.Text()).ShouldBeNull($"{entry}");
        }
    }

    [Theory]
    [InlineData("\"root\":\"[0-9a-f]*\"", "\"root\":null")]
    [InlineData("\"signature\":\"[^\"]*\"", "\"signature\":null")]
    [InlineData("\"origin\":\"[^\"]*\"", "\"origin\":null")]
    [InlineData("\"at\":\"[^\"]*\"", "\"at\":null")]
    [InlineData("\"path\":\\[\"[0-9a-f]*\"", "\"path\":[null")]
    [InlineData("\"entry\":\"\\{[^}]*\\}\"", "\"entry\":null")]
    [InlineData("\"size\":[0-9]*", "\"size\":-1")]
    public async Task A_field_of_the_proofs_that_is_nothing_is_no_proof(string pattern, string instead)
    {
        var events = BundleRig.Session();
        var log = await new LogRig(BundleRig.Key).AddHead(events[2]).SignAsync();
        await log.AddHead(events[4]).SignAsync();
        var bundle = Encoding.UTF8.GetString(await BundleRig.ExportAsync(events, proofs: log.ProofsOf("s1"))).Split('\n');
        for (var i = 6; i < bundle.Length - 2; i++)
            if (Regex.IsMatch(bundle[i], pattern))
                (await BundleRig.VerifyAsync(Encoding.UTF8.GetBytes(string.Join('\n', bundle.Select((line, at) => at == i ? Regex.Replace(line, pattern, instead) : line)))))
                    .Message.ShouldBe($"the proofs were changed: line {i + 1} is not a proof as Hoop writes it");
    }

    [Theory]
    [InlineData("\"root\":\"[0-9a-f]*\"", "\"root\":null")]
    [InlineData("\"signature\":\"[^\"]*\"", "\"signature\":null")]
    [InlineData("\"from\":0,\"entries\":\\[", "\"from\":-1,\"entries\":[\"x\",")]
    [InlineData("\"entries\":\\[", "\"entries\":[null,")]
    public async Task A_field_of_a_checkpoint_that_is_nothing_is_no_checkpoint(string pattern, string instead)
    {
        var events = BundleRig.Session();
        var log = await new LogRig(BundleRig.Key).AddHead(events[4]).SignAsync();
        var kept = Regex.Replace(Encoding.UTF8.GetString(log.Checkpoints()[0]), pattern, instead);
        var (read, problem) = await CheckpointLog.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(kept)), new KeyRing(Convert.ToBase64String(BundleRig.Key.ExportSubjectPublicKeyInfo())));

        problem.ShouldBeNull();
        read!.UnreadableLines.ShouldBe(1);
    }

    [Fact]
    public async Task A_long_line_is_looked_through_once()
    {
        using var stream = new CountingStream(64 * 1024 * 1024);
        var lines = 0;
        var before = GC.GetTotalAllocatedBytes();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await foreach (var (line, ended) in BundleLines.ReadAsync(stream))
        {
            lines++;
            ended.ShouldBeFalse();
            line.Length.ShouldBe(64 * 1024 * 1024);
        }

        lines.ShouldBe(1);
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(400L * 1024 * 1024);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));   // It takes a fraction of one, and took more than twenty while each read looked from the beginning.
    }

    /// <summary>A bundle of no events, signed over whatever it says.</summary>
    private static byte[] Signed(long count, string proofs)
    {
        var header = BundleFormat.Write(new BundleHeader("s1", 1, LogRig.At, Convert.ToBase64String(BundleRig.Key.ExportSubjectPublicKeyInfo()), []));
        var trailer = new BundleTrailer(count, EventHash.None, Hash(header), Hash(Encoding.UTF8.GetBytes(proofs)), "");
        var signature = Convert.ToBase64String(BundleRig.Key.SignData(BundleFormat.SignedText(trailer), HashAlgorithmName.SHA256));
        return [.. header, (byte)'\n', .. Encoding.UTF8.GetBytes(proofs), .. BundleFormat.Write(trailer with { Signature = signature }), (byte)'\n'];

        static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>So many letters, some at a time.</summary>
    private sealed class CountingStream(int length) : MemoryStream
    {
        private int given;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = Math.Min(Math.Min(buffer.Length, 4096), length - given);
            buffer.Span[..count].Fill((byte)'x');
            given += count;
            return ValueTask.FromResult(count);
        }
    }
}
