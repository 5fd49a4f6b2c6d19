using System.Globalization;
using Hoop.Contracts.Approvals;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary><c>windows</c>: days, hours and time zone in which something may be approved and used.</summary>
internal sealed class WindowsReader(YamlErrors errors)
{
    private static readonly Dictionary<string, DayOfWeek> Days = new(StringComparer.Ordinal)
    {
        ["mon"] = DayOfWeek.Monday, ["tue"] = DayOfWeek.Tuesday, ["wed"] = DayOfWeek.Wednesday, ["thu"] = DayOfWeek.Thursday,
        ["fri"] = DayOfWeek.Friday, ["sat"] = DayOfWeek.Saturday, ["sun"] = DayOfWeek.Sunday,
    };

    public List<ApprovalWindow> Read(YamlFields fields)
    {
        var windows = new List<ApprovalWindow>();
        foreach (var window in fields.Maps("windows", "- { days: [mon, fri], hours: 09:00-18:00, zone: Europe/Berlin }"))
            if (ReadWindow(window) is { } read) windows.Add(read);
        return windows;
    }

    private ApprovalWindow? ReadWindow(YamlFields fields)
    {
        var days = ReadDays(fields);
        var hours = ReadHours(fields);
        var zone = ReadZone(fields);
        fields.End();
        return hours is { } time && zone is not null ? new ApprovalWindow(days, time.From, time.To, zone) : null;
    }

    private List<DayOfWeek> ReadDays(YamlFields fields)
    {
        var days = new List<DayOfWeek>();
        foreach (var text in fields.Texts("days"))
        {
            if (!Days.TryGetValue(text.Value, out var day)) errors.Add(text, $"{fields.Path}.days", $"{YamlErrors.Show(text.Value)} is not a day{Suggestion.For(text.Value, Days.Keys)}");
            else if (days.Contains(day)) errors.Add(text, $"{fields.Path}.days", $"{YamlErrors.Show(text.Value)} is named twice; keep one");
            else days.Add(day);
        }
        return days.Count > 0 || fields.Has("days") ? days : [.. Days.Values];
    }

    private (TimeOnly From, TimeOnly To)? ReadHours(YamlFields fields)
    {
        if (fields.Text("hours", "hours: 09:00-18:00") is not { } text) return null;
        if (text.Value.Split('-') is [var from, var to] && Time(from) is { } start && (to.Trim() == "24:00" ? TimeOnly.MinValue : Time(to)) is { } end)
            return (start, end);
        errors.Add(text, $"{fields.Path}.hours", $"{YamlErrors.Show(text.Value)} is not a stretch of time; write two times of 24 hours, such as 09:00-18:00 (22:00-06:00 ends on the next day)");
        return null;
    }

    private static TimeOnly? Time(string text) =>
        TimeOnly.TryParseExact(text.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    private string? ReadZone(YamlFields fields)
    {
        if (fields.Text("zone", "zone: Europe/Berlin") is not { } text) return null;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(text.Value, out _)) return text.Value;
        errors.Add(text, $"{fields.Path}.zone", $"{YamlErrors.Show(text.Value)} is not a time zone known here; write its IANA name, such as Europe/Berlin or UTC");
        return null;
    }
}
