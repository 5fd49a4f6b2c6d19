using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Siem;

/// <summary>An event as one JSON object on one line, hash and all.</summary>
internal static class JsonForm
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void WriteLine(JournalEvent e, IBufferWriter<byte> output)
    {
        Write(e, output);
        output.Write("\n"u8);
    }

    public static void Write(JournalEvent e, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("session", e.SessionId);
        json.WriteNumber("sequence", e.Sequence);
        json.WriteString("at", e.At);
        json.WriteString("kind", e.Kind);
        json.WritePropertyName("payload");
        json.WriteRawValue(e.Payload, skipInputValidation: true);
        json.WriteString("previousHash", e.PreviousHash);
        json.WriteString("hash", e.Hash);
        json.WriteEndObject();
    }

    /// <summary>What somebody watching a screen of events should not miss.</summary>
    public static bool IsWarning(JournalEvent e) =>
        e.Kind is EventKinds.SessionRefused or EventKinds.SessionKilled
        || e.Kind == EventKinds.OperationDecided && (e.Payload.Contains("\"outcome\":\"block\"", StringComparison.Ordinal) || e.Payload.Contains("\"outcome\":\"hold\"", StringComparison.Ordinal));
}
