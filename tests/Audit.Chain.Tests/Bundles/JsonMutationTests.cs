using System.Globalization;
using System.Text;
using System.Text.Json;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Tests.Archives;
using Hoop.Audit.Chain.Tests.Log;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests.Bundles;

/// <summary>
/// Any value of any line becomes null, negative, huge, of another type, goes, or comes twice: in a bundle, in a log that was kept, in an export's manifest. Never an
/// exception, and never intact. HOOP_TEST_SEED repeats one run, whose seed every failure names.
/// </summary>
public class JsonMutationTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1" ? 20_000 : 600;
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("HOOP_TEST_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 6962;

    private static readonly string[] Values =
    [
        "null", "-1", "0", "1", "true", "false", "\"\"", "\"x\"", "[]", "[null]", "{}", "[[]]", "9223372036854775807", "-9223372036854775808", "99999999999999999999999", "1e999", "1.5",
        "\"\\ud800\"", "\"\\u0000\"", $"\"{new string('0', 64)}\"", $"\"{new string('z', 64)}\"", "\"9999-12-31T23:59:59.999999Z\"", "\"-1\"",
    ];

    [Fact]
    public async Task A_bundle()
    {
        var (bundle, _) = await GenuineAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var lines = bundle.ToArray();
            var at = Mutate(lines, new Random(Seed + round));
            var result = await BundleRig.VerifyAsync(Join(lines));

            result.Ok.ShouldBeFalse($"seed {Seed + round}: {lines[at]}");
            result.Message.ShouldNotContain("\n");
        }
    }

    [Fact]
    public async Task A_log_that_was_kept()
    {
        var (bundle, kept) = await GenuineAsync();
        (await HeldAgainstAsync(bundle, kept)).Ok.ShouldBeTrue();
        for (var round = 0; round < Rounds; round++)
        {
            var lines = kept.ToArray();
            var at = Mutate(lines, new Random(Seed + round));

            (await HeldAgainstAsync(bundle, lines)).Ok.ShouldBeFalse($"seed {Seed + round}: {lines[at]}");
        }
    }

    [Fact]
    public async Task A_manifest_its_signature_and_a_session_in_an_export()
    {
        var files = ArchiveRig.Unpack(await ArchiveRig.ExportAsync());
        for (var round = 0; round < Rounds / 2; round++)
        {
            var random = new Random(Seed + round);
            var name = new[] { "manifest.json", "manifest.sig", "sessions/s1.jsonl" }[random.Next(3)];
            var lines = Encoding.UTF8.GetString(files[name]).TrimEnd('\n').Split('\n');
            Mutate(lines, random);

            (await ArchiveRig.ProblemsAsync(ArchiveRig.Pack([.. files.Where(f => f.Key != name), new(name, Join(lines))]))).ShouldNotBeEmpty($"seed {Seed + round}: {name}");
        }
    }

    [Fact]
    public async Task A_manifest_that_is_signed_again()
    {
        var files = ArchiveRig.Unpack(await ArchiveRig.ExportAsync());
        for (var round = 0; round < Rounds / 2; round++)
        {
            var lines = new[] { Encoding.UTF8.GetString(files["manifest.json"]) };
            Mutate(lines, new Random(Seed + round));
            var manifest = Encoding.UTF8.GetBytes(lines[0]);
            var signature = await Chain.Archives.ArchiveSignature.OverAsync(manifest, new TestSigner(BundleRig.Key), CancellationToken.None);

            // Who has the key may say anything of the whole; it must only be read without an accident.
            await ArchiveRig.ProblemsAsync(ArchiveRig.Pack([.. files.Where(f => !f.Key.StartsWith("manifest", StringComparison.Ordinal)), new("manifest.json", manifest), new("manifest.sig", signature.ToLine())]));
        }
    }

    private static async Task<(string[] Bundle, string[] Kept)> GenuineAsync()
    {
        var events = BundleRig.Session();
        var log = await new LogRig(BundleRig.Key).AddHead(events[0] with { SessionId = "other" }).AddHead(events[1]).SignAsync();
        await log.AddHead(events[4]).AddTombstone(events[0], events[1]).SignAsync();
        var bundle = Encoding.UTF8.GetString(await BundleRig.ExportAsync(events[2..], proofs: log.ProofsOf("s1")));
        return (bundle.TrimEnd('\n').Split('\n'), [.. log.Checkpoints().Select(Encoding.UTF8.GetString)]);
    }

    private static async Task<VerifyResult> HeldAgainstAsync(string[] bundle, string[] kept) =>
        await BundleVerifier.VerifyAsync(new MemoryStream(Join(bundle)), checkpoints: new MemoryStream(Join(kept)));

    private static byte[] Join(string[] lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    /// <summary>Changes one value of one line, so that the line is another.</summary>
    private static int Mutate(string[] lines, Random random)
    {
        var at = random.Next(lines.Length);
        var before = lines[at];
        while (lines[at] == before)
        {
            using var json = JsonDocument.Parse(before);
            var places = Places(json.RootElement).ToList();
            var text = new StringBuilder();
            Write(text, json.RootElement, places[random.Next(places.Count)], random);
            lines[at] = text.ToString();
        }

        return at;
    }

    private static IEnumerable<JsonElement> Places(JsonElement value)
    {
        yield return value;
        var inner = value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().Select(p => p.Value),
            JsonValueKind.Array => value.EnumerateArray(),
            _ => [],
        };
        foreach (var place in inner.SelectMany(Places))
            yield return place;
    }

    /// <summary>As it was, but for one place: another value there, or none, or twice.</summary>
    private static void Write(StringBuilder text, JsonElement value, JsonElement place, Random random)
    {
        if (value.Equals(place))
            text.Append(Values[random.Next(Values.Length)]);
        else if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            text.Append(value.GetRawText());
        else
        {
            var isObject = value.ValueKind == JsonValueKind.Object;
            var parts = isObject ? value.EnumerateObject().Select(p => (Name: JsonSerializer.Serialize(p.Name) + ":", p.Value)) : value.EnumerateArray().Select(v => (Name: "", Value: v));
            var written = new List<string>();
            foreach (var (name, part) in parts)
            {
                var how = part.Equals(place) ? random.Next(6) : 5;
                var inner = new StringBuilder();
                Write(inner, part, place, random);
                if (how > 0)
                    written.Add(name + (how == 1 ? part.GetRawText() : inner.ToString()));
                if (how == 1)
                    written.Add(name + part.GetRawText());
            }

            text.Append(isObject ? '{' : '[').AppendJoin(',', written).Append(isObject ? '}' : ']');
        }
    }
}
