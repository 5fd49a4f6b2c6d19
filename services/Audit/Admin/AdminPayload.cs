using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;

namespace Hoop.Audit.Admin;

/// <summary>Payloads of the admin chain's events.</summary>
internal static class AdminPayload
{
    public static string Of(Principal by, string? session, string? owner, IReadOnlyDictionary<string, string>? details) => Write(json =>
    {
        json.WriteString("session", session);
        json.WriteString("owner", owner);
        WriteBy(json, by);
        foreach (var (name, value) in details ?? new Dictionary<string, string>())
            json.WriteString(name, value);
    });

    public static string Of(AdminAction action) => Write(json =>
    {
        json.WriteString("id", action.Id);
        json.WriteString("service", action.Service);
        json.WriteString("at", action.At.ToUniversalTime());
        json.WriteString("outcome", action.Outcome);
        WriteBy(json, action.By);
        json.WriteString("address", action.Address);
        json.WriteStartObject("details");
        foreach (var (name, value) in action.Details.OrderBy(d => d.Key, StringComparer.Ordinal))
            json.WriteString(name, value);
        json.WriteEndObject();
    });

    private static void WriteBy(Utf8JsonWriter json, Principal? by)
    {
        if (by is null)
        {
            json.WriteNull("by");
            return;
        }

        json.WriteStartObject("by");
        json.WriteString("issuer", by.Issuer);
        json.WriteString("subject", by.Subject);
        json.WriteString("name", by.Name);
        json.WriteString("kind", by.Kind);
        json.WriteEndObject();
    }

    private static string Write(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
