using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests.Bundles;

/// <summary>Whatever one byte of an export becomes, goes or comes: it is found, and the message names an event, the header or the trailer.</summary>
public class OneByteEditTests
{
    [Fact]
    public async Task Every_changed_byte_is_found()
    {
        var bundle = await BundleRig.ExportAsync();
        for (var at = 0; at < bundle.Length; at++)
        {
            foreach (var value in new[] { bundle[at] ^ 1, bundle[at] ^ 0x20, bundle[at] ^ 0x80, ' ', '\n', '0', '"' }.Select(v => (byte)v).Where(v => v != bundle[at]))
            {
                var edited = bundle.ToArray();
                edited[at] = value;
                await ShouldBeFound(bundle, edited, at);
            }
        }
    }

    [Fact]
    public async Task Every_removed_byte_is_found()
    {
        var bundle = await BundleRig.ExportAsync();
        for (var at = 0; at < bundle.Length; at++)
            await ShouldBeFound(bundle, [.. bundle[..at], .. bundle[(at + 1)..]], at);
    }

    [Fact]
    public async Task Every_added_byte_is_found()
    {
        var bundle = await BundleRig.ExportAsync();
        for (var at = 0; at <= bundle.Length; at++)
        {
            foreach (var value in " \n\r\t0a{\0"u8.ToArray())
                await ShouldBeFound(bundle, [.. bundle[..at], value, .. bundle[at..]], at);
        }
    }

    [Fact]
    public async Task Every_cut_is_found()
    {
        var bundle = await BundleRig.ExportAsync();
        for (var at = 0; at < bundle.Length; at++)
            await ShouldBeFound(bundle, bundle[..at], at);
    }

    [Fact]
    public async Task Any_byte_of_any_session_may_be_edited_and_is_found()
    {
        var sessions = Gen.ArrayOf(ArbMap.Default.GeneratorFor<NonNull<string>>());
        var edits = Gen.Zip(sessions, Gen.Zip(Gen.Choose(0, int.MaxValue - 1), Gen.Choose(1, 255)));
        foreach (var (texts, (place, flip)) in edits.Sample(200))
        {
            var chain = new SessionChain("s1");
            var events = texts.Select(t => chain.Append("k", System.Text.Json.JsonSerializer.Serialize(new { text = t.Get }), DateTimeOffset.UnixEpoch)).ToList();
            var bundle = await BundleRig.ExportAsync(events);
            (await BundleRig.VerifyAsync(bundle)).Ok.ShouldBeTrue();

            var edited = bundle.ToArray();
            edited[place % bundle.Length] ^= (byte)flip;
            await ShouldBeFound(bundle, edited, place % bundle.Length);
        }
    }

    private static async Task ShouldBeFound(byte[] original, byte[] edited, int at)
    {
        if (edited.AsSpan().SequenceEqual(original))
            return;   // A byte added beside its equal, then taken away again: no edit.
        var result = await BundleRig.VerifyAsync(edited);
        var line = original.Take(at).Count(b => b == '\n');
        result.Ok.ShouldBeFalse($"An edit at byte {at} (line {line + 1}) was not found: {Encoding.UTF8.GetString(edited)}");
        Regex.IsMatch(result.Message, "(?i)event|header|trailer").ShouldBeTrue(result.Message);
    }
}
