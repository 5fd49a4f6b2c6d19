using System.Text.Json;
using Hoop.Audit.Chain.Bundles;

namespace Hoop.Audit.Chain.Log;

/// <summary>
/// A signed tree head with the entries that came since the one before: what sinks keep. Whoever has all of them can build the whole tree
/// again, and needs neither the service nor its proofs.
/// </summary>
/// <param name="From">Entries of the tree before.</param>
/// <param name="Entries">The entries from there to the head's size.</param>
public sealed record Checkpoint(TreeHead Head, long From, IReadOnlyList<string> Entries)
{
    /// <summary>One JSON line, without its line feed.</summary>
    public byte[] ToLine() => BundleFormat.Line(w =>
    {
        ProofLines.WriteHead(w, Head);
        w.WriteNumber("from", From);
        w.WriteStartArray("entries");
        foreach (var entry in Entries)
            w.WriteStringValue(entry);
        w.WriteEndArray();
    });

    /// <summary>Null for a line that is not one, down to the last byte.</summary>
    public static Checkpoint? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line.ToArray());
            var fields = json.RootElement;
            var checkpoint = new Checkpoint(ProofLines.Head(fields), fields.GetProperty("from").GetInt64(), [.. fields.GetProperty("entries").EnumerateArray().Select(e => e.GetString() ?? throw new FormatException())]);
            return checkpoint.From >= 0 && line.SequenceEqual(checkpoint.ToLine()) ? checkpoint : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
