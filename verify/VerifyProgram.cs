using System.Globalization;
using System.Text.Json;
using Hoop.Audit.Chain.Archives;
using Hoop.Audit.Chain.Bundles;

namespace Hoop.Verify;

/// <summary><c>hoop-verify FILE [--key KEY] [--log FILE] [--json]</c>: knows no service and no network; the exit code is 0 when nothing was changed, 1 when something was.</summary>
public static class VerifyProgram
{
    public const string Usage = """
        Checks evidence offline. usage: hoop-verify FILE [--key KEY] [--log CHECKPOINTS] [--json]
          FILE    a session's evidence (.jsonl), or an export (.zip) with several; told apart by what is in them
          --key   the key that must have signed: its fingerprint, the public key (base64), or a file with it (PEM, DER); else compare the fingerprint that is printed
          --log   the checkpoints that a sink kept, a file or a folder with the objects of a bucket: finds events that were left off the end
          --json  prints the result as JSON
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        if (Options.Read(arguments) is not { } options)
        {
            await error.WriteLineAsync(Usage);
            return 2;
        }

        try
        {
            var results = await VerifyAsync(options);
            foreach (var (name, result) in results)
                await PrintAsync(name, result, options.AsJson, output, error);
            return results.Count > 0 && results.All(r => r.Result.Ok) ? 0 : 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await error.WriteLineAsync($"hoop-verify: {Printable(e.Message)}");
            return 1;
        }
        catch (Exception e)
        {
            // What nobody thought of must neither pass nor look like a fault of the reader's.
            await error.WriteLineAsync($"hoop-verify: not verified: {Printable(e.Message)} ({e.GetType().Name})");
            return 1;
        }
    }

    private static async Task<IReadOnlyList<(string Name, VerifyResult Result)>> VerifyAsync(Options options)
    {
        var key = options.Key is null ? null : TrustedKey.Fingerprint(options.Key);
        if (Directory.Exists(options.File))
            throw new InvalidDataException($"{options.File} is a folder: name the file with the evidence, .jsonl or .zip.");
        await using var file = File.OpenRead(options.File);
        if (await IsZipAsync(file) || options.File.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            return await ArchiveVerifier.VerifyAsync(file, key, options.Log is null ? null : () => KeptLog.Open(options.Log));
        await using var log = options.Log is null ? null : KeptLog.Open(options.Log);
        return [(options.File, await BundleVerifier.VerifyAsync(file, key, log))];
    }

    /// <summary>A bundle begins with a brace, and every zip with these letters.</summary>
    private static async Task<bool> IsZipAsync(FileStream file)
    {
        var start = new byte[2];
        var read = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return read == start.Length && start.AsSpan().SequenceEqual("PK"u8);
    }

    private static async Task PrintAsync(string name, VerifyResult result, bool asJson, TextWriter output, TextWriter error)
    {
        if (asJson)
            await output.WriteLineAsync(JsonSerializer.Serialize(result, Json));
        if (!result.Ok)
            await error.WriteLineAsync($"{Printable(name)}: NOT intact: {Printable(result.Message)}");
        else if (!asJson)
        {
            await output.WriteLineAsync($"✓ {Printable(result.Message)}");
            foreach (var note in result.Notes)
                await output.WriteLineAsync($"  {Printable(note)}");
            if (result.Session is null)
                return;
            await output.WriteLineAsync($"  signed by the key with fingerprint {result.KeyFingerprint}{(result.Ended ? "" : "; exported while the session ran")}");
            if (result.FormerKeyFingerprints.Count > 0)
                await output.WriteLineAsync($"  the log's older tree heads may be signed by {string.Join(", ", result.FormerKeyFingerprints)}, which that key names as the ones before it");
            foreach (var run in result.Dropped)
                await output.WriteLineAsync($"  {Printable(Describe(run))}");
            await output.WriteLineAsync(result.LogSize is { } size ? $"  proven to be in the signed log of {size} entries, up to event {result.LoggedEvent}" : "  without a proof: the session was not in the log yet");
        }
    }

    private static string Describe(DroppedRun run) =>
        $"{(run.First == run.Last ? $"event {run.First} was" : $"events {run.First} to {run.Last} were")} dropped ({run.Rule}), tombstone {run.Tombstone} of the log, made {run.At:yyyy-MM-dd'T'HH:mm:ss'Z'}";

    // What a file says is somebody else's text on the reader's terminal.
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? '?' : c));

    private sealed record Options(string File, string? Key, string? Log, bool AsJson)
    {
        public static Options? Read(IReadOnlyList<string> arguments)
        {
            string? file = null, key = null, log = null;
            var json = false;
            for (var i = 0; i < arguments.Count; i++)
            {
                var value = i + 1 < arguments.Count ? arguments[i + 1] : null;
                switch (arguments[i])
                {
                    case "--json":
                        json = true;
                        break;
                    case "--key" when value is not null:
                        (key, i) = (value, i + 1);
                        break;
                    case "--log" when value is not null:
                        (log, i) = (value, i + 1);
                        break;
                    case ['-', ..]:
                        return null;
                    case var path when file is null:
                        file = path;
                        break;
                    default:
                        return null;
                }
            }

            return file is null ? null : new Options(file, key, log, json);
        }
    }
}
