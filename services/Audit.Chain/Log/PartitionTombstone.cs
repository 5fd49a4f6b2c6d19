using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hoop.Audit.Chain.Bundles;

namespace Hoop.Audit.Chain.Log;

/// <summary>
/// The leaf that follows the tombstones of a partition's sessions, and says what was dropped as a whole: what no leaf speaks of was not dropped
/// by a rule, but removed by somebody.
/// </summary>
/// <param name="Partition">Its name: <c>events_2026w05</c>.</param>
/// <param name="From">Events of this time and later were in it, up to <paramref name="Until"/>.</param>
/// <param name="Events">How many it held.</param>
/// <param name="Tombstones">How many of the leaves right before this one are its sessions'.</param>
/// <param name="Root">Merkle root of those leaves alone, lower-case hex: they are the last heads of what was dropped.</param>
/// <param name="Rule">Why: <c>retention of 90 days</c>.</param>
/// <param name="At">When the tombstone was made; the drop follows it.</param>
public sealed record PartitionTombstone(string Partition, DateTimeOffset From, DateTimeOffset Until, long Sessions, long Events, long Tombstones, string Root, string Rule, DateTimeOffset At)
{
    public const string Kind = "partition";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The root of leaves that stand side by side, as if they were a log of their own.</summary>
    public static string RootOf(IEnumerable<LogLeaf> leaves)
    {
        var nodes = new Dictionary<TreeNode, byte[]>();
        var size = 0L;
        foreach (var leaf in leaves)
            MerkleTree.Append(nodes, size++, leaf.Hash());
        return Convert.ToHexStringLower(MerkleTree.Root(size, node => nodes[node]));
    }

    public string Text()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("entry", Kind);
            json.WriteString("partition", Partition);
            json.WriteString("from", BundleFormat.Time(From));
            json.WriteString("until", BundleFormat.Time(Until));
            json.WriteNumber("sessions", Sessions);
            json.WriteNumber("events", Events);
            json.WriteNumber("tombstones", Tombstones);
            json.WriteString("root", Root);
            json.WriteString("rule", Rule);
            json.WriteString("at", BundleFormat.Time(At));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public LogLeaf ToLeaf() => new(Text(), Session: null, Sequence: null);

    /// <summary>Null unless the text is exactly what <see cref="Text"/> writes.</summary>
    public static PartitionTombstone? Read(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var fields = json.RootElement;
            var tombstone = new PartitionTombstone(
                ProofLines.Text(fields, "partition"), Time(fields, "from"), Time(fields, "until"), fields.GetProperty("sessions").GetInt64(), fields.GetProperty("events").GetInt64(),
                fields.GetProperty("tombstones").GetInt64(), ProofLines.Text(fields, "root"), ProofLines.Text(fields, "rule"), Time(fields, "at"));
            return Hex.IsHash(tombstone.Root) && tombstone is { Sessions: >= 0, Events: >= 0, Tombstones: >= 0 } && tombstone.Text() == text ? tombstone : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentNullException)
        {
            return null;
        }
    }

    private static DateTimeOffset Time(JsonElement fields, string name) =>
        BundleFormat.TryTime(fields.GetProperty(name).GetString()!, out var at) ? at : throw new FormatException($"{name} is not a time.");
}
