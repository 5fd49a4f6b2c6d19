using Hoop.Contracts.Approvals;

namespace Hoop.Approval.Requirements;

/// <summary>Whether something may be approved and used at a time. A zone that this machine does not know is never open.</summary>
internal static class WindowClock
{
    private const int DaysAhead = 8;

    /// <summary>Null: it is open, or has no windows; <see cref="DateTimeOffset.MaxValue"/>: it never opens.</summary>
    public static DateTimeOffset? OpensAt(IReadOnlyList<ApprovalWindow> windows, DateTimeOffset now)
    {
        if (windows.Count == 0 || windows.Any(window => IsOpen(window, now))) return null;
        return windows.SelectMany(window => Beginnings(window, now)).Where(begin => begin > now).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
    }

    private static bool IsOpen(ApprovalWindow window, DateTimeOffset now)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(window.Zone, out var zone)) return false;
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        var (time, today) = (TimeOnly.FromDateTime(local), window.Days.Contains(local.DayOfWeek));
        if (window.From < window.To) return today && time >= window.From && time < window.To;
        // Over midnight: tonight's begins today, last night's began yesterday.
        return (today && time >= window.From) || (window.Days.Contains(local.AddDays(-1).DayOfWeek) && time < window.To);
    }

    private static IEnumerable<DateTimeOffset> Beginnings(ApprovalWindow window, DateTimeOffset now)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(window.Zone, out var zone)) yield break;
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        for (var day = 0; day <= DaysAhead; day++)
        {
            var date = today.AddDays(day);
            if (!window.Days.Contains(date.DayOfWeek)) continue;
            var begin = date.ToDateTime(window.From);
            // Clocks that jump over the beginning open it at the jump's end.
            while (zone.IsInvalidTime(begin)) begin = begin.AddMinutes(1);
            yield return new DateTimeOffset(begin, zone.GetUtcOffset(begin)).ToUniversalTime();
        }
    }
}
