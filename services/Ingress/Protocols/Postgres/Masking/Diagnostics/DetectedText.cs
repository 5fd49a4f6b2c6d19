using System.Buffers;
using System.Text;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Diagnostics;

/// <summary>Detectors over the free texts of a diagnostic.</summary>
internal sealed class DetectedText(DetectorMask? detectors)
{
    /// <summary>Message, detail, hint, context and internal query.</summary>
    private const string FreeTexts = "MDHWq";

    public PostgresDiagnostic Apply(PostgresDiagnostic diagnostic)
    {
        PostgresDiagnostic? copy = null;
        foreach (var field in FreeTexts)
            if (diagnostic[field] is { } text && TryRewrite(Encoding.UTF8.GetBytes(text), out var rewritten))
                (copy ??= Copy(diagnostic))[field] = Encoding.UTF8.GetString(rewritten);
        return copy ?? diagnostic;
    }

    public bool TryRewrite(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rewritten)
    {
        rewritten = default;
        if (detectors is null || !detectors.Finds(text))
            return false;
        var output = new ArrayBufferWriter<byte>(text.Length + 16);
        detectors.TryRewrite(text, output);
        rewritten = output.WrittenSpan;
        return true;
    }

    public static PostgresDiagnostic Copy(PostgresDiagnostic diagnostic)
    {
        var copy = new PostgresDiagnostic();
        foreach (var (field, value) in diagnostic.Fields)
            copy[(char)field] = value;
        return copy;
    }
}
