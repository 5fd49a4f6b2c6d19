using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Protocols.Postgres.Results;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>What the target says besides results, for the record: masked as for somebody without any role. Under the session's lock.</summary>
internal sealed class RecordedNotices(RelaySession session)
{
    /// <summary>Of one operation, and of those that belong to none. A loop that raises notices is not to fill the journal.</summary>
    private const int Most = 100;

    private int stray;

    public void Record(RunningOperation? operation, ReadOnlySpan<byte> body)
    {
        var number = operation is null ? ++stray : ++operation.Notices;
        if (number > Most) return;
        var notice = Told(operation, PostgresDiagnostic.Read(body));
        session.Gate.Notice(operation?.Permit, new SessionNotice(notice.Severity, notice.SqlState, notice.Message, notice.Detail, notice.Hint, Last: number == Most));
    }

    /// <summary>A diagnostic as records may show it.</summary>
    public PostgresDiagnostic Told(RunningOperation? operation, PostgresDiagnostic said)
    {
        var asked = operation?.Permit.Operation;
        if (asked?.Secrets is { } secrets) said = PostgresDiagnosticsMasker.WithoutSecrets(said, secrets.Shown);
        return session.Gate.RecordMasksFor(operation?.Permit) is { } masks && PostgresDiagnosticsMasker.Create(masks) is { } masker
            ? masker.Mask(said, asked?.Text ?? "", raised: RaisedTexts.IsShown(session, operation, masks, said))
            : said;
    }
}
