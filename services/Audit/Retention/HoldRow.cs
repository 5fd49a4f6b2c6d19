using System.Globalization;
using System.Text.Json;
using Hoop.Audit.Chain;

namespace Hoop.Audit.Retention;

/// <summary>A row of <c>audit.holds</c> as Audit signs it: who may add rows to the database and has not the key makes none that counts.</summary>
/// <param name="Action"><c>placed</c> or <c>released</c>.</param>
/// <param name="At">In whole microseconds.</param>
internal sealed record HoldRow(string Id, string Action, string Scope, string Value, string Reason, string By, DateTimeOffset At)
{
    public const string Placed = "placed", Released = "released";

    /// <summary>What rows have that were there before rows were signed; the database takes no new ones with it.</summary>
    public const string Before = "before";

    public async Task<string> SignAsync(EvidenceLog log, CancellationToken cancel) => await log.SignAsync(SignedText(log.Origin), cancel);

    public bool IsSigned(EvidenceLog log, string signature) => signature == Before || log.IsSigned(SignedText(log.Origin), signature);

    /// <summary><c>hoop-hold/1</c>, a line feed, and the log's origin and the fields as a JSON array: no two rows share a text.</summary>
    private byte[] SignedText(string origin) =>
        [.. "hoop-hold/1\n"u8, .. JsonSerializer.SerializeToUtf8Bytes(new[] { origin, Id, Action, Scope, Value, Reason, By, At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture) })];
}
