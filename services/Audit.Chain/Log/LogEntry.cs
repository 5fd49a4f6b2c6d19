using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hoop.Audit.Chain.Bundles;

namespace Hoop.Audit.Chain.Log;

/// <summary>
/// What a leaf of the log says, as one JSON object in one form: that a session's chain had this head, or that events up to it were
/// dropped by retention.
/// </summary>
/// <param name="Kind"><c>head</c>: the session's event <paramref name="Sequence"/> has <paramref name="Hash"/>. <c>tombstone</c>: its events in a partition, up to that one, are gone.</param>
/// <param name="First">The first event that is gone; null for a head.</param>
/// <param name="Reason">Why they are gone; null for a head.</param>
/// <param name="At">When they were dropped; null for a head.</param>
public sealed record LogEntry(string Kind, string Session, long Sequence, string Hash, long? First = null, string? Reason = null, DateTimeOffset? At = null)
{
    public const string Head = "head";
    public const string Tombstone = "tombstone";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The bytes that are hashed into the tree.</summary>
    public string Text()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("entry", Kind);
            json.WriteString("session", Session);
            json.WriteNumber("sequence", Sequence);
            json.WriteString("hash", Hash);
            if (Kind == Tombstone)
            {
                json.WriteNumber("first", First!.Value);
                json.WriteString("reason", Reason);
                json.WriteString("at", BundleFormat.Time(At!.Value));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public LogLeaf ToLeaf() => new(Text(), Session, Sequence);

    public byte[] LeafHash() => ToLeaf().Hash();

    /// <summary>Null unless the text is exactly what <see cref="Text"/> writes.</summary>
    public static LogEntry? Read(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var fields = json.RootElement;
            var kind = fields.GetProperty("entry").GetString()!;
            var entry = new LogEntry(kind, ProofLines.Text(fields, "session"), fields.GetProperty("sequence").GetInt64(), ProofLines.Text(fields, "hash"));
            if (kind == Tombstone)
                entry = entry with
                {
                    First = fields.GetProperty("first").GetInt64(), Reason = ProofLines.Text(fields, "reason"),
                    At = BundleFormat.TryTime(fields.GetProperty("at").GetString()!, out var at) ? at : throw new FormatException(),
                };
            return kind is Head or Tombstone && Hex.IsHash(entry.Hash) && entry.Sequence is >= 0 and < long.MaxValue && entry.First is null or >= 0 && !(entry.First > entry.Sequence)
                && entry.Text() == text ? entry : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentNullException)
        {
            return null;
        }
    }
}
