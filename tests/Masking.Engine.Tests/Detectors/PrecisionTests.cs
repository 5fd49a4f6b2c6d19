using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Shouldly;
using Xunit;
using static Hoop.Masking.Engine.Tests.Masks;

namespace Hoop.Masking.Engine.Tests.Detectors;

/// <summary>What databases are full of and is nobody's secret: every detector at once lets it pass.</summary>
public sealed class PrecisionTests(ITestOutputHelper output)
{
    private const int Each = 4000;
    private static readonly DetectorMask All = For(Detector(AllDetectors)).Detectors!;

    private static readonly Dictionary<string, Func<Random, string>> Kinds = new()
    {
        ["uuid"] = r => new Guid(Bytes(r, 16)).ToString(),
        ["uuid without dashes"] = r => new Guid(Bytes(r, 16)).ToString("N"),
        ["md5"] = r => Convert.ToHexStringLower(Bytes(r, 16)),
        ["sha1"] = r => Convert.ToHexStringLower(Bytes(r, 20)),
        ["sha256"] = r => Convert.ToHexString(SHA256.HashData(Bytes(r, 8))),
        ["base64"] = r => Convert.ToBase64String(Bytes(r, 24)),
        ["order, nine digits"] = r => Digits(r, 9),
        ["order, ten digits"] = r => Digits(r, 10),
        ["order, eleven digits"] = r => Digits(r, 11),
        ["order, twelve digits"] = r => Digits(r, 12),
        ["order with a year"] = r => $"ORD-20{r.Next(10, 30)}-{Digits(r, 6)}",
        ["order of a shop"] = r => $"{Digits(r, 3)}-{Digits(r, 7)}-{Digits(r, 7)}",
        ["order with a letter"] = r => $"{Digits(r, 8)}{(char)('A' + r.Next(26))}",
        ["invoice"] = r => $"invoice {r.Next(1, 999_999):D6}/{r.Next(2000, 2030)}",
        ["part number"] = r => $"{(char)('A' + r.Next(26))}{(char)('A' + r.Next(26))}{Digits(r, 6)}{(char)('A' + r.Next(26))}",
        ["account, grouped"] = r => $"{Digits(r, 4)} {Digits(r, 4)} {Digits(r, 4)}",
        ["epoch seconds"] = r => r.Next(1_000_000_000, 2_000_000_000).ToString(CultureInfo.InvariantCulture),
        ["epoch milliseconds"] = r => r.NextInt64(1_000_000_000_000, 2_000_000_000_000).ToString(CultureInfo.InvariantCulture),
        ["epoch microseconds"] = r => r.NextInt64(1_000_000_000_000_000, 2_000_000_000_000_000).ToString(CultureInfo.InvariantCulture),
        ["epoch nanoseconds"] = r => r.NextInt64(1_000_000_000_000_000_000, 2_000_000_000_000_000_000).ToString(CultureInfo.InvariantCulture),
        ["snowflake"] = r => r.NextInt64(1_000_000_000_000_000_000, 2_000_000_000_000_000_000).ToString(CultureInfo.InvariantCulture),
        ["timestamp"] = r => At(r).ToString("yyyy-MM-dd HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture),
        ["timestamp in one run"] = r => At(r).ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture),
        ["timestamp, iso"] = r => At(r).ToString("O", CultureInfo.InvariantCulture),
        ["log line"] = r => $"[{At(r):HH:mm:ss}] worker-{r.Next(99)} took {r.Next(9999)}ms, id={Digits(r, 8)} (retry {r.Next(5)})",
        ["isbn-13"] = r => $"978-{r.Next(10)}-{Digits(r, 2)}-{Digits(r, 6)}-{r.Next(10)}",
        ["isbn-10"] = r => $"{r.Next(10)}-{Digits(r, 4)}-{Digits(r, 4)}-{r.Next(10)}",
        ["ean-13"] = r => Ean(r),
        ["ups tracking"] = r => $"1Z{Convert.ToHexString(Bytes(r, 3))}{Digits(r, 10)}",
        ["usps tracking"] = r => $"94{Digits(r, 20)}",
        ["fedex tracking"] = r => Digits(r, 12),
        ["post tracking"] = r => $"RR{Digits(r, 9)}GB",
        ["price"] = r => $"{r.Next(1, 999)},{Digits(r, 3)}.{Digits(r, 2)} EUR",
        ["version"] = r => $"v{r.Next(20)}.{r.Next(20)}.{r.Next(2000)}.{r.Next(20)}",
        ["geo"] = r => $"({r.NextDouble() * 180:F6}, {r.NextDouble() * 90:F6})",
        ["hardware address"] = r => string.Join(':', Bytes(r, 6).Select(b => b.ToString("x2", CultureInfo.InvariantCulture))),
        ["cpp"] = r => $"std::{(char)('a' + r.Next(26))}{r.Next(99)}::size({r.Next(99999)})",
        ["json"] = r => $$"""{"id":{{Digits(r, 9)}},"ref":"{{new Guid(Bytes(r, 16))}}","qty":{{r.Next(99)}},"at":"{{At(r):O}}"}""",
    };

    [Fact]
    public void Ids_hashes_and_times_are_not_taken_for_secrets()
    {
        var random = new Random(20250101);
        List<string> hits = [];
        foreach (var (kind, make) in Kinds)
            for (var i = 0; i < Each; i++)
            {
                var text = make(random);
                if (All.Finds(Encoding.UTF8.GetBytes(text))) hits.Add($"{kind}: {text} → {Rewrite(All, text)}");
            }
        output.WriteLine($"{hits.Count} of {Kinds.Count * Each}\n{string.Join('\n', hits.Take(50))}");
        hits.Count.ShouldBeLessThanOrEqualTo(Kinds.Count * Each / 20_000, string.Join('\n', hits.Take(20)));
    }

    private static string Digits(Random random, int count) =>
        string.Create(count, random, static (span, r) => { for (var i = 0; i < span.Length; i++) span[i] = (char)('0' + (i == 0 ? r.Next(1, 10) : r.Next(10))); });

    private static string Ean(Random random)
    {
        var digits = Digits(random, 12);
        var sum = digits.Select((c, i) => (c - '0') * (i % 2 == 0 ? 1 : 3)).Sum();
        return digits + (10 - sum % 10) % 10;
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static DateTimeOffset At(Random random) => DateTimeOffset.UnixEpoch.AddSeconds(random.Next(1_000_000_000, 2_000_000_000)).AddTicks(random.Next(10_000_000));
}
