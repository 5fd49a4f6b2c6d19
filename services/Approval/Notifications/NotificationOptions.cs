using System.ComponentModel.DataAnnotations;

namespace Hoop.Approval.Notifications;

/// <summary>Section <c>Hoop:Notifications</c>: how patient deliveries are.</summary>
internal sealed class NotificationOptions
{
    /// <summary>After the first failure; doubled after each further one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(5);

    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Not arrived after this time: given up, on record.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "7.00:00:00")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>For one attempt, from connecting to the answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <param name="roll">From 0 to 1: receivers that were down together are not asked again together.</param>
    /// <param name="asked">What the receiver asked for, within bounds.</param>
    public TimeSpan PauseAfter(int attempts, double roll, TimeSpan? asked = null)
    {
        var pause = FirstRetry * Math.Pow(2, Math.Clamp(attempts - 1, 0, 30));
        if (pause > LongestRetry) pause = LongestRetry;
        pause *= 0.5 + roll;
        var wished = asked > LongestRetry ? LongestRetry : asked ?? TimeSpan.Zero;
        return pause > wished ? pause : wished;
    }
}
