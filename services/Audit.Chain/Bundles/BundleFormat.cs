using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>
/// The lines of an export. Every line has exactly one form: what is read is written again and must give the same bytes,
/// so that even a blank that means nothing can not be changed unseen.
/// </summary>
internal static class BundleFormat
{
    public const string Name = "hoop-evidence";
    public const int Version = 2;
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public static ReadOnlySpan<byte> TrailerStart => "{\"count\":"u8;

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    public static bool TryTime(string text, out DateTimeOffset at) =>
        DateTimeOffset.TryParseExact(
            text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at);

    /// <summary>What the signature is over: the trailer without it, which holds the count, the head and the hashes of the header and of the proofs.</summary>
    public static byte[] SignedText(BundleTrailer trailer) =>
        Encoding.UTF8.GetBytes($"{Name}/{Version}\n{trailer.Count}\n{trailer.Head}\n{trailer.HeaderHash}\n{trailer.ProofsHash}\n");

    public static byte[] Write(BundleHeader header) => Line(w =>
    {
        w.WriteString("format", Name);
        w.WriteNumber("version", Version);
        w.WriteString("session", header.Session);
        if (header.PolicyVersion is { } version)
            w.WriteNumber("policyVersion", version);
        else
            w.WriteNull("policyVersion");
        w.WriteString("exportedAt", Time(header.ExportedAt));
        w.WriteString("publicKey", header.PublicKey);
        if (header.FormerKeys.Count == 0)
            return;
        w.WriteStartArray("formerKeys");
        foreach (var key in header.FormerKeys)
            w.WriteStringValue(key);
        w.WriteEndArray();
    });

    public static byte[] Write(BundleEvent e) => Line(w =>
    {
        w.WriteNumber("sequence", e.Sequence);
        w.WriteString("at", Time(e.At));
        w.WriteString("kind", e.Kind);
        w.WritePropertyName("payload");
        w.WriteRawValue(e.Payload, skipInputValidation: true);
        w.WriteString("previousHash", e.PreviousHash);
        w.WriteString("hash", e.Hash);
    });

    public static byte[] Write(BundleTrailer trailer) => Line(w =>
    {
        w.WriteNumber("count", trailer.Count);
        w.WriteString("head", trailer.Head);
        w.WriteString("header", trailer.HeaderHash);
        w.WriteString("proofs", trailer.ProofsHash);
        w.WriteString("signature", trailer.Signature);
    });

    internal static byte[] Line(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
