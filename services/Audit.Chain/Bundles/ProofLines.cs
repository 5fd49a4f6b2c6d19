using System.Text.Json;
using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>The lines of a bundle's proofs: the tree head, one per entry, one per earlier tree head. Read back, each must give the same bytes.</summary>
public static class ProofLines
{
    /// <summary>How each such line begins: no event and no trailer does.</summary>
    public static ReadOnlySpan<byte> Start => "{\"log\":"u8;

    public static IEnumerable<byte[]> Write(BundleProofs proofs) =>
    [
        Write(proofs.Head),
        .. proofs.Entries.Select(Write),
        .. proofs.Earlier.Select(Write),
    ];

    public static byte[] Write(TreeHead head) => BundleFormat.Line(w =>
    {
        w.WriteString("log", "head");
        WriteHead(w, head);
    });

    public static byte[] Write(LoggedEntry entry) => BundleFormat.Line(w =>
    {
        w.WriteString("log", "entry");
        w.WriteString("entry", entry.Text);
        w.WriteNumber("index", entry.Index);
        WritePath(w, entry.Path);
    });

    public static byte[] Write(EarlierHead earlier) => BundleFormat.Line(w =>
    {
        w.WriteString("log", "earlier");
        WriteHead(w, earlier.Head);
        WritePath(w, earlier.Path);
    });

    /// <summary>A <see cref="TreeHead"/>, a <see cref="LoggedEntry"/> or an <see cref="EarlierHead"/>; null for anything else.</summary>
    public static object? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line.ToArray());
            var fields = json.RootElement;
            var (read, again) = fields.GetProperty("log").GetString() switch
            {
                "head" when Head(fields) is var head => ((object)head, Write(head)),
                "entry" when new LoggedEntry(Text(fields, "entry"), fields.GetProperty("index").GetInt64(), Path(fields)) is var entry => (entry, Write(entry)),
                "earlier" when new EarlierHead(Head(fields), Path(fields)) is var earlier => (earlier, Write(earlier)),
                _ => (null, []),
            };
            return line.SequenceEqual(again) ? read : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            return null;
        }
    }

    public static void WriteHead(Utf8JsonWriter w, TreeHead head)
    {
        w.WriteString("origin", head.Origin);
        w.WriteNumber("size", head.Size);
        w.WriteString("root", head.Root);
        w.WriteString("at", BundleFormat.Time(head.At));
        w.WriteString("signature", head.Signature);
    }

    internal static TreeHead Head(JsonElement fields) => new(
        Text(fields, "origin"), fields.GetProperty("size").GetInt64() is >= 0 and var size ? size : throw new FormatException(), Hash(Text(fields, "root")),
        BundleFormat.TryTime(Text(fields, "at"), out var at) ? at : throw new FormatException(), Text(fields, "signature"));

    private static void WritePath(Utf8JsonWriter w, IReadOnlyList<byte[]> path)
    {
        w.WriteStartArray("path");
        foreach (var hash in path)
            w.WriteStringValue(Convert.ToHexStringLower(hash));
        w.WriteEndArray();
    }

    private static List<byte[]> Path(JsonElement fields) =>
        [.. fields.GetProperty("path").EnumerateArray().Select(hash => Convert.FromHexString(Hash(hash.GetString())))];

    internal static string Text(JsonElement fields, string name) => fields.GetProperty(name).GetString() ?? throw new FormatException($"{name} is no text.");

    private static string Hash(string? hex) => Hex.IsHash(hex) ? hex : throw new FormatException("Not a hash.");
}
