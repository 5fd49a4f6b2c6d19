using System.Globalization;
using Hoop.Contracts.Approvals;

namespace Hoop.Approval.Grants;

/// <summary>The words of the API, in both directions.</summary>
internal static class GrantWording
{
    public const string Once = "once";

    public static string Of(GrantScope scope) => scope == GrantScope.Role ? "role" : "fingerprint";

    public static string Of(GrantValues values) => values switch
    {
        GrantValues.Any => "any",
        GrantValues.Bounded => "bounded",
        _ => "same",
    };

    /// <summary>As in hoop.yaml: <c>30m</c>, <c>1h</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        var seconds = (long)time.TotalSeconds;
        var (count, unit) = seconds switch
        {
            _ when seconds % 86400 == 0 => (seconds / 86400, 'd'),
            _ when seconds % 3600 == 0 => (seconds / 3600, 'h'),
            _ when seconds % 60 == 0 => (seconds / 60, 'm'),
            _ => (seconds, 's'),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
    }

    public static TimeSpan? ParseDuration(string? text)
    {
        if (text is not { Length: >= 2 and <= 8 } || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            'd' => TimeSpan.FromDays(count),
            _ => null,
        };
    }
}
