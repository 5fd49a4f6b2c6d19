using System.Globalization;
using System.Text;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Tests.Archives;
using Hoop.Audit.Chain.Tests.Log;
using Hoop.Contracts.Audit;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests.Bundles;

/// <summary>
/// Whatever somebody does to a bundle or an export: it is found, and what it says names the event. HOOP_TEST_LONG=1 does it twenty thousand times; HOOP_TEST_SEED repeats
/// one run, whose seed every failure names.
/// </summary>
public class RandomEditTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("HOOP_TEST_LONG") == "1" ? 20_000 : 400;
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("HOOP_TEST_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 6962;
    private static readonly string Key = Convert.ToBase64String(BundleRig.Key.ExportSubjectPublicKeyInfo());

    [Fact]
    public async Task Any_edit_of_a_bundle_is_found_and_names_the_event()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var random = new Random(Seed + round);
            var (lines, first, events) = await BundleAsync(random);
            (await VerifyAsync(lines)).Ok.ShouldBeTrue($"seed {Seed + round}");
            var (edited, what, expected) = Edit([.. lines], first, events, random);
            var result = await VerifyAsync(edited);

            result.Ok.ShouldBeFalse($"seed {Seed + round}: {what} was not found");
            result.Message.ShouldContain(expected is { } at ? $"event{(result.Message.StartsWith("events", StringComparison.Ordinal) ? "s" : "")} {at}" : "", customMessage: $"seed {Seed + round}: {what}");
            if (expected is null)
                result.Message.ShouldMatch("event|header|trailer|proofs|tree head|log", $"seed {Seed + round}: {what}");
        }
    }

    [Fact]
    public async Task Any_edit_of_an_export_of_several_sessions_is_found_and_names_the_file()
    {
        var original = await ArchiveAsync();
        (await VerifyAsync(original)).ShouldAllBe(r => r.Result.Ok);
        for (var round = 0; round < Rounds / 4; round++)
        {
            var random = new Random(Seed + round);
            var files = original.ToDictionary(f => f.Key, f => f.Value.ToArray());
            var name = files.Keys.Order(StringComparer.Ordinal).ElementAt(random.Next(files.Count));
            var what = EditFile(files, name, random);
            var found = (await VerifyAsync(files)).Where(r => !r.Result.Ok).ToList();

            found.ShouldNotBeEmpty($"seed {Seed + round}: {what} {name} was not found");
            found.ShouldContain(r => r.Name == name || r.Name.StartsWith("manifest", StringComparison.Ordinal), $"seed {Seed + round}: {what} {name} was said to be {found[0].Result.Message}");
        }
    }

    [Fact]
    public async Task A_manifest_signed_by_another_is_found_when_the_key_is_known()
    {
        using var other = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var forged = await ArchiveAsync(other);

        (await VerifyAsync(forged)).ShouldAllBe(r => r.Result.Ok);
        (await VerifyAsync(forged, Key)).ShouldContain(r => !r.Result.Ok && r.Result.Message.StartsWith("another key than the trusted one signed the manifest", StringComparison.Ordinal));
    }

    /// <summary>A session of any length whose first events may have been dropped, in a log with others, as lines.</summary>
    private static async Task<(List<byte[]> Lines, int First, int Events)> BundleAsync(Random random)
    {
        var (chain, other, log) = (new SessionChain("s1"), new SessionChain("s2"), new LogRig(BundleRig.Key));
        var events = new List<JournalEvent>();
        for (var i = random.Next(4, 12); i > 0; i--)
        {
            events.Add(chain.Append(i == 1 ? EventKinds.SessionEnded : EventKinds.OperationDecided, $$"""{"operation":{{i}},"text":"{{random.Next()}}"}""", LogRig.At.AddSeconds(events.Count)));
            if (random.Next(3) == 0)
                await log.AddHead(other.Append("k", "{}", LogRig.At)).AddHead(events[^1]).SignAsync();
        }

        var first = random.Next(3) == 0 ? random.Next(1, events.Count - 1) : 0;
        log.AddHead(events[^1]);
        if (first > 0)
            log.AddTombstone(events[0], events[first - 1]);
        await log.SignAsync();
        var bundle = Encoding.UTF8.GetString(await BundleRig.ExportAsync(events[first..], proofs: log.ProofsOf("s1")));
        return ([.. bundle.TrimEnd('\n').Split('\n').Select(Encoding.UTF8.GetBytes)], first, events.Count - first);
    }

    /// <returns>The lines, what was done, and the event that must be named; null when any part may be.</returns>
    private static (List<byte[]> Lines, string What, long? Event) Edit(List<byte[]> lines, int first, int events, Random random)
    {
        var line = 1 + random.Next(events);
        var sequence = first + line - 1L;
        var another = 1 + random.Next(events);
        var last = line == events;
        switch (random.Next(10))
        {
            case 0:
                Spoil(lines, line, random);
                return (lines, $"changing event {sequence}", sequence);
            case 1:
                lines.RemoveAt(line);
                return (lines, $"removing event {sequence}", sequence);
            case 2:
                lines.Insert(line, lines[line]);
                return (lines, $"adding event {sequence} twice", sequence);
            case 3 when another != line:
                var moved = lines[line];
                lines.RemoveAt(line);
                lines.Insert(another, moved);
                return (lines, $"moving event {sequence}", Math.Min(line, another) + first - 1L);
            case 4 when another != line:
                (lines[line], lines[another]) = (lines[another], lines[line]);
                return (lines, $"swapping event {sequence}", Math.Min(line, another) + first - 1L);
            case 5:
                var forged = new SessionChain("s1", sequence).Append("k", """{"forged":true}""", LogRig.At);
                lines[line] = BundleFormat.Write(new BundleEvent(sequence, forged.At, forged.Kind, Encoding.UTF8.GetBytes(forged.Payload), forged.PreviousHash, forged.Hash));
                // A forged last event has no successor to contradict it, a first one no predecessor; the signed head or the log do.
                return (lines, $"forging event {sequence}", line == 1 || last ? null : sequence);
            case 6:
                return (lines[..random.Next(1, lines.Count)], "cutting it off", null);
            case 7:
                lines[^1] = Spoiled(lines[^1], random);
                return (lines, "changing the trailer", null);
            case 8:
                lines[0] = Spoiled(lines[0], random);
                return (lines, "changing the header", null);
            default:
                var proof = 1 + events + random.Next(lines.Count - events - 2);
                switch (random.Next(3))
                {
                    case 0:
                        lines.RemoveAt(proof);
                        return (lines, "removing a proof", null);
                    case 1:
                        lines.Insert(proof, lines[proof]);
                        return (lines, "adding a proof twice", null);
                    default:
                        lines[proof] = Spoiled(lines[proof], random);
                        return (lines, "changing a proof", null);
                }
        }
    }

    private static string EditFile(Dictionary<string, byte[]> files, string name, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                files.Remove(name);
                return "removing";
            case 1:
                files[name] = Spoiled(files[name], random);
                return "changing";
            case 2:
                files[name] = files[name][..random.Next(files[name].Length)];
                return "cutting off";
            default:
                var other = files.Keys.Order(StringComparer.Ordinal).First(k => k != name);
                (files[name], files[other]) = (files[other], files[name]);
                return "swapping";
        }
    }

    private static void Spoil(List<byte[]> lines, int at, Random random) => lines[at] = Spoiled(lines[at], random);

    /// <summary>One byte becomes another, and no line feed comes or goes.</summary>
    private static byte[] Spoiled(byte[] bytes, Random random)
    {
        var spoiled = bytes.ToArray();
        var (place, flip) = (random.Next(bytes.Length), (byte)random.Next(1, 256));
        spoiled[place] ^= (spoiled[place] ^ flip) == '\n' ? (byte)0xFF : flip;
        return spoiled;
    }

    private static async Task<VerifyResult> VerifyAsync(List<byte[]> lines) => await BundleRig.VerifyAsync([.. lines.SelectMany(l => l.Append((byte)'\n'))], Key);

    private static async Task<Dictionary<string, byte[]>> ArchiveAsync(System.Security.Cryptography.ECDsa? key = null) => ArchiveRig.Unpack(await ArchiveRig.ExportAsync(key));

    private static Task<IReadOnlyList<(string Name, VerifyResult Result)>> VerifyAsync(Dictionary<string, byte[]> files, string? key = null) => ArchiveRig.VerifyAsync(ArchiveRig.Pack(files), key);
}
