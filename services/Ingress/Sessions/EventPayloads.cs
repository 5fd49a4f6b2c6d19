using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;
using Hoop.Masking.Engine;
using Hoop.Policy.Engine;
using Hoop.Policy.Engine.Rules;

namespace Hoop.Ingress.Sessions;

/// <summary>Payloads of <see cref="JournalEvent"/>, as docs/audit.md lists them.</summary>
internal static class EventPayloads
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic] private static ArrayBufferWriter<byte>? buffer;
    [ThreadStatic] private static Utf8JsonWriter? writer;

    /// <param name="refusal">Why it was refused, for <see cref="EventKinds.SessionRefused"/>.</param>
    internal static string SessionStarted(
        Principal principal, string target, string protocol, ClientInfo client, long policyVersion, string ingressId, string? refusal = null) => Write(json =>
    {
        json.WriteStartObject("principal");
        json.WriteString("issuer", principal.Issuer);
        json.WriteString("subject", principal.Subject);
        json.WriteString("name", principal.Name);
        json.WriteString("kind", principal.Kind);
        WriteList(json, "groups", principal.Groups);
        WriteList(json, "actors", principal.Actors);
        json.WriteEndObject();
        json.WriteString("target", target);
        json.WriteString("protocol", protocol);
        json.WriteStartObject("client");
        json.WriteString("address", client.Address);
        json.WriteBoolean("encrypted", client.Encrypted);
        json.WriteString("driver", client.Driver);
        json.WriteEndObject();
        json.WriteNumber("policyVersion", policyVersion);
        json.WriteString("ingress", ingressId);
        if (refusal is not null) json.WriteString("cause", refusal);
    });

    internal static string OperationDecided(long operationId, Operation operation, string outcome, Decision decision, long policyVersion, Guid? requestId, DateTimeOffset? expiresAt, DetectorMask? secrets) => Write(json =>
    {
        json.WriteNumber("operation", operationId);
        json.WriteString("outcome", outcome);
        WriteRedacted(json, "text", operation.Text, secrets);
        json.WriteStartArray("bindValues");
        foreach (var value in operation.BindValues) WriteRedacted(json, null, value, secrets);
        json.WriteEndArray();
        WriteList(json, "verbs", [.. operation.Facts.Accesses.Select(access => access.Verb).Distinct()]);
        WriteList(json, "objects", [.. operation.Facts.Accesses.Select(access => access.Name).Distinct()]);
        WriteList(json, "effects", EffectNames.Of(operation.Facts.Effects));
        json.WriteString("fingerprint", operation.Facts.Fingerprint);
        WriteList(json, "rules", decision.Rules);
        json.WriteString("why", decision.Why);
        json.WriteNumber("policyVersion", policyVersion);
        if (requestId is { } id) json.WriteString("requestId", id);
        if (expiresAt is { } expiry) json.WriteString("expiresAt", expiry);
    });

    internal static string HoldResolved(long operationId, Guid requestId, string outcome, IReadOnlyList<string> decidedBy, string? reason) => Write(json =>
    {
        json.WriteNumber("operation", operationId);
        json.WriteString("requestId", requestId);
        json.WriteString("outcome", outcome);
        WriteList(json, "decidedBy", decidedBy);
        json.WriteString("reason", reason);
    });

    internal static string OperationCompleted(long operationId, OperationResult result) => Write(json =>
    {
        json.WriteNumber("operation", operationId);
        json.WriteBoolean("succeeded", result.Succeeded);
        json.WriteString("status", result.Status);
        if (result.Rows is { } rows) json.WriteNumber("rows", rows);
        json.WriteNumber("bytes", result.Bytes);
        json.WriteNumber("durationMs", Math.Round(result.Duration.TotalMilliseconds, 3));
        if (result.MaskedColumns.Count > 0) WriteList(json, "maskedColumns", result.MaskedColumns);
    });

    internal static string SessionEnded(string cause) => Write(json => json.WriteString("cause", cause));

    private static string Write(Action<Utf8JsonWriter> fields)
    {
        buffer ??= new ArrayBufferWriter<byte>(1024);
        writer ??= new Utf8JsonWriter(buffer, Options);
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        writer.WriteStartObject();
        fields(writer);
        writer.WriteEndObject();
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items) json.WriteStringValue(item);
        json.WriteEndArray();
    }

    /// <summary>Recordings hold no secret that a detector of the target knows, whoever asked.</summary>
    private static void WriteRedacted(Utf8JsonWriter json, string? name, string? text, DetectorMask? secrets)
    {
        if (name is not null) json.WritePropertyName(name);
        if (text is null)
        {
            json.WriteNullValue();
            return;
        }
        if (secrets is not null)
        {
            var redacted = new ArrayBufferWriter<byte>();
            if (secrets.TryRewrite(Encoding.UTF8.GetBytes(text), redacted))
            {
                json.WriteStringValue(redacted.WrittenSpan);
                return;
            }
        }
        json.WriteStringValue(text);
    }
}
