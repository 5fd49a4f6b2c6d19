using System.Globalization;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres;

/// <summary>How the gateway speaks PostgreSQL: blocked, waiting, denied, expired.</summary>
internal static class PostgresVoice
{
    internal static PostgresDiagnostic Refused(Refusal refusal, string severity = "ERROR")
    {
        // The client that pressed Ctrl-C shall see what PostgreSQL itself would say.
        if (refusal.Code == RefusalCode.Cancelled && severity == "ERROR") return Cancelled(refusal);
        return PostgresDiagnostic.Create(severity, SqlState(refusal.Code), refusal.Message, Detail(refusal), refusal.Hint);
    }

    internal static PostgresDiagnostic Waiting(Hold hold) => PostgresDiagnostic.Create(
        "NOTICE", "01000", $"waiting for approval {hold.RequestId}: {hold.Link}",
        $"It needs {hold.Deciders}, until {hold.ExpiresAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC.",
        "The statement runs as soon as it is approved; cancel it to withdraw the request.");

    internal static PostgresDiagnostic StillWaiting(Hold hold, TimeSpan left) => PostgresDiagnostic.Create(
        "NOTICE", "01000", $"still waiting for approval {hold.RequestId}: {hold.Link}",
        $"It expires in {Math.Max(0, (int)left.TotalSeconds)} seconds.");

    internal static PostgresDiagnostic NamesMoved { get; } = PostgresDiagnostic.Create(
        "WARNING", "01000", "this result is hidden whole: another session changed the database's schema while the statement ran",
        "Which of its columns are masked could not be told.", "Send the statement again in a moment.");

    internal static PostgresDiagnostic NoReplication { get; } = PostgresDiagnostic.Create(
        "FATAL", "42501", "replication is allowed only to whom everything on the target is: it hands out whole databases past rules and masks",
        hint: "Ask for a rule that allows every verb, object and effect, with no mask, block, approve or maxRows beside it; or read what you need with SELECT or COPY.");

    internal static PostgresDiagnostic Cancelled(Refusal refusal) =>
        PostgresDiagnostic.Create("ERROR", "57014", "canceling statement due to user request", refusal.Detail);

    private static string Detail(Refusal refusal)
    {
        var detail = refusal.Rule is null || refusal.Detail.Contains(refusal.Rule, StringComparison.Ordinal)
            ? refusal.Detail
            : $"Rule \"{refusal.Rule}\": {refusal.Detail}";
        return refusal.Link is null ? detail : $"{detail} {refusal.Link}";
    }

    private static string SqlState(RefusalCode code) => code switch
    {
        RefusalCode.Blocked or RefusalCode.MaskedPredicate or RefusalCode.Denied => "42501",
        RefusalCode.NotUnderstood => "42601",
        RefusalCode.Expired => "57P05",
        RefusalCode.Withdrawn or RefusalCode.Cancelled or RefusalCode.Revoked => "57014",
        RefusalCode.NoPolicy => "57P03",
        RefusalCode.JournalUnavailable => "58030",
        RefusalCode.ApprovalUnavailable => "58000",
        RefusalCode.TooLarge => "54000",
        RefusalCode.ProtocolNotAllowed => "0A000",
        RefusalCode.NothingThere => "34000",
        RefusalCode.RowLimit => "54H01",
        RefusalCode.InUse => "55006",
        RefusalCode.TargetUnavailable => "08001",
        RefusalCode.AuthenticationFailed => "28P01",
        RefusalCode.UnknownTarget => "3D000",
        RefusalCode.Overloaded => "53000",
        _ => "XX000",
    };
}
