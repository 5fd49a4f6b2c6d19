namespace Hoop.Approval.Notifications.Channels;

/// <summary>How one attempt went.</summary>
/// <param name="Error">One line for operators, without an answer's text or an address; null: it arrived.</param>
/// <param name="Final">The receiver wants no more of it.</param>
/// <param name="Pause">How long the receiver asks to be left alone.</param>
internal sealed record Attempt(string? Error, bool Final = false, TimeSpan? Pause = null)
{
    public static Attempt Arrived { get; } = new((string?)null);
}

/// <summary>The receiver can not be tried as it is set up: the message says what to mend.</summary>
internal sealed class ReceiverException(string message) : Exception(message);
