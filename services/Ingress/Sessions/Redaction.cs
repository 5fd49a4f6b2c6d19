using System.Buffers;
using System.Text;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Sessions;

/// <summary>Texts that clients give, as others may see them.</summary>
internal static class Redaction
{
    /// <summary>Without what these detectors find.</summary>
    internal static string? Of(string? text, DetectorMask? detectors)
    {
        if (text is null || detectors is null) return text;
        var plain = Encoding.UTF8.GetBytes(text);
        var redacted = new ArrayBufferWriter<byte>(plain.Length + 16);
        return detectors.TryRewrite(plain, redacted) ? Encoding.UTF8.GetString(redacted.WrittenSpan) : text;
    }

    /// <summary>Without passwords and keys, whatever the masks are.</summary>
    internal static string? WithoutCredentials(string? text) => Of(text, DetectorMask.Credentials);

    /// <summary>The same of what it calls itself, and without what the target's detectors find.</summary>
    internal static ClientInfo Of(ClientInfo client, DetectorMask? detectors) => client with { Driver = Of(WithoutCredentials(client.Driver), detectors) };
}
