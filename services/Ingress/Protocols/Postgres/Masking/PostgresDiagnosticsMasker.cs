using System.Buffers;
using Hoop.Ingress.Protocols.Postgres.Masking.Diagnostics;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Masking;

/// <summary>
/// Keeps values out of what the target says besides rows: errors, notices and notifications. Where columns are masked,
/// texts are rebuilt by their SQLSTATE; detectors run over every text in any case. Immutable, thread-safe.
/// </summary>
public sealed class PostgresDiagnosticsMasker
{
    private readonly bool hidesValues;
    private readonly DetectedText detected;

    private PostgresDiagnosticsMasker(TargetMasks masks) => (hidesValues, detected) = (masks.HasColumnMasks, new(masks.Detectors));

    /// <summary>Null when there is nothing to keep back.</summary>
    public static PostgresDiagnosticsMasker? Create(TargetMasks masks) => masks.IsEmpty ? null : new(masks);

    /// <summary>The diagnostic as the client and the journal may see it; a new object, or the same when nothing had to go.</summary>
    /// <param name="statement">The client's text it answers, empty when there is none: names that stand in it may be named.</param>
    /// <param name="keyShown">See <see cref="Results.ViolatedKeys"/>.</param>
    /// <param name="raised">See <see cref="Results.RaisedTexts"/>.</param>
    public PostgresDiagnostic Mask(PostgresDiagnostic diagnostic, string statement, bool keyShown = false, bool raised = false)
    {
        var visible = hidesValues && !raised ? DiagnosticRules.Apply(diagnostic, statement, keyShown) : diagnostic;
        return detected.Apply(visible);
    }

    /// <summary>The diagnostic as records may hold it where the statement has secrets: what it quotes may be one.</summary>
    /// <param name="shown">The statement without them.</param>
    public static PostgresDiagnostic WithoutSecrets(PostgresDiagnostic diagnostic, string shown) => DiagnosticRules.WithoutSecrets(diagnostic, shown);

    /// <summary>
    /// LOG and DEBUG output, which clients can ask for. That it comes says something by itself: that a statement wrote a temporary file, with <c>log_temp_files</c>.
    /// </summary>
    public bool Drops(PostgresDiagnostic notice) => hidesValues && notice.Severity is { } severity && (severity == "LOG" || severity.StartsWith("DEBUG", StringComparison.Ordinal));

    /// <summary>Writes a whole NotificationResponse in place of this one; false when it may go as it is. Only detectors know what is a value in a payload.</summary>
    public bool TryRewriteNotification(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new PostgresFieldReader(body);
        reader.ReadInt32();
        reader.ReadCString();
        var head = body[..^reader.Rest.Length];
        var payload = reader.ReadCString();
        reader.End();
        if (!detected.TryRewrite(payload, out var rewritten))
            return false;
        output.WriteHeader(BackendType.NotificationResponse, head.Length + rewritten.Length + 1);
        output.Write(head);
        output.Write(rewritten);
        output.WriteByte(0);
        return true;
    }
}
