using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Hoop.Audit.Search;

/// <summary>A decision that a search found; <paramref name="Session"/> and <paramref name="Sequence"/> lead to its moment in the recording.</summary>
internal sealed record FoundStatement(
    string Session, long Sequence, DateTimeOffset At, long Operation, string? Principal, string? PrincipalId, string? Target, string Outcome, string? Resolution,
    string[] Verbs, string[] Objects, string[] Effects, string[] Rules, string[] Approvers, long? PolicyVersion, string Text);

/// <param name="Cursor">To ask for the next page with; null: there is none.</param>
internal sealed record SearchPage(IReadOnlyList<FoundStatement> Statements, string? Cursor);

/// <summary>Where a page ended: opaque to clients.</summary>
internal readonly record struct SearchCursor(DateTimeOffset At, string Session, long Sequence)
{
    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{At.UtcTicks} {Sequence} {Session}"));

    public static SearchCursor? TryParse(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > 400 || !Base64Url.IsValid(text))
            return null;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split(' ', 3);
        return parts.Length == 3 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) && !parts[2].Contains('\0')
            ? new SearchCursor(new DateTimeOffset(ticks, TimeSpan.Zero), parts[2], sequence)
            : null;
    }
}
