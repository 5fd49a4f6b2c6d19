using System.Globalization;
using Hoop.Contracts.Documents;

namespace Hoop.Approval.Notifications;

/// <summary>A notice for people: one line, and facts below it. Plain text, whatever is in it; each channel writes it as such.</summary>
internal static class NoticeWording
{
    private const int LongestLine = 500;

    public static string Title(Notice notice) => Line(notice.Event switch
    {
        NotificationEvents.RequestOpened => $"{Who(notice)} asks for approval: {What(notice)}",
        NotificationEvents.RequestResolved => $"{Capital(notice.Outcome)}{By(notice)}: {What(notice)}, asked by {Who(notice)}",
        NotificationEvents.RequestEscalated => $"Nobody has decided yet, now {notice.To} may too: {What(notice)}, asked by {Who(notice)}",
        NotificationEvents.GrantOpened => $"Granted for a while{By(notice)}: {Who(notice)} may {What(notice)}",
        NotificationEvents.GrantEnded => $"A grant is over ({notice.Outcome}{By(notice)}): {Who(notice)} might {What(notice)}",
        NotificationEvents.EmergencyUsed => $"EMERGENCY ACCESS: {Who(notice)} passed approval: {What(notice)}",
        NotificationEvents.EmergencyOverdue => $"An emergency is not reviewed in time: {What(notice)} by {Who(notice)}",
        NotificationEvents.EmergencyReviewed => $"An emergency was reviewed{By(notice)}, {(notice.Outcome == "justified" ? "justified" : "NOT justified")}: {What(notice)} by {Who(notice)}",
        _ => "A test from Hoop: notifications arrive here",
    });

    public static IReadOnlyList<(string Name, string Value)> Facts(Notice notice)
    {
        (string Name, string? Value)[] facts =
        [
            ("Who", notice.Requester is { } who ? $"{who.Name} ({who.Kind})" : null),
            ("On behalf of", notice.Requester is { OnBehalfOf.Count: > 0 } delegated ? string.Join(", ", delegated.OnBehalfOf) : null),
            ("Effects", Joined(notice.Effects)),
            ("Why", notice.Why),
            ("Missing", notice.Missing),
            ("Reason", notice.Reason),
            ("Ticket", notice.Ticket),
            ("Decided with", notice.Said),
            ("Expires", notice.ExpiresAt?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)),
            ("Request", notice.Request?.ToString()),
        ];
        return [.. facts.Where(fact => !string.IsNullOrWhiteSpace(fact.Value)).Select(fact => (fact.Name, Line(fact.Value!)))];
    }

    /// <summary>On one line, without what is not seen or reorders what is.</summary>
    public static string Line(string text)
    {
        var line = string.Concat(text.Select(c => char.IsWhiteSpace(c) || char.IsControl(c) ? ' ' : IsInvisible(c) ? '·' : c));
        return line.Length <= LongestLine ? line : line[..(LongestLine - 1)] + "…";
    }

    private static string Who(Notice notice) => notice.Requester?.Name ?? "somebody";

    private static string What(Notice notice)
    {
        var objects = string.Join(", ", notice.Objects.Take(3));
        var more = notice.Objects.Count + notice.MoreObjects - Math.Min(3, notice.Objects.Count);
        return $"{Joined(notice.Verbs)}{(objects.Length > 0 ? $" on {objects}" : "")}{(more > 0 ? $" and {more} more" : "")} in {notice.Target}";
    }

    private static string By(Notice notice) => notice.DecidedBy.Count > 0 ? $" by {Joined(notice.DecidedBy)}" : "";

    private static string Joined(IReadOnlyList<string> words) => string.Join(", ", words);

    private static string Capital(string? word) => word is { Length: > 0 } ? char.ToUpperInvariant(word[0]) + word[1..] : "Decided";

    private static bool IsInvisible(char c) => c is (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u206f') or '\ufeff';
}
