namespace Hoop.Contracts.Documents;

public enum ReceiverKind { Webhook, Slack, Teams, Email }

/// <summary>Who is told of what happens to requests. Everything secret is a reference: <c>env:NAME</c> or <c>file:/path</c>.</summary>
public sealed record ReceiverDocument
{
    public required string Name { get; init; }
    public required ReceiverKind Kind { get; init; }

    /// <summary>A URL (webhooks only) or a reference to one; null for e-mail.</summary>
    public string? Url { get; init; }

    /// <summary>For webhooks: the reference to what signs them.</summary>
    public string? Secret { get; init; }

    /// <summary>For e-mail.</summary>
    public MailDocument? Mail { get; init; }

    /// <summary>Names of <see cref="NotificationEvents"/>, or <c>*</c>.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>Names of targets, patterns and labels settled; null: all.</summary>
    public IReadOnlyList<string>? Targets { get; init; }

    /// <summary>Only requests that people of one of these roles decide or review; empty: all.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Also tells what people and agents wrote: reasons and tickets.</summary>
    public bool Reasons { get; init; }
}

/// <param name="Server"><c>host:port</c>; may be an <c>env:</c> reference.</param>
/// <param name="Password">A reference, never a value.</param>
/// <param name="Tls"><c>starttls</c> (default), or <c>disable</c> on this machine.</param>
public sealed record MailDocument(string Server, string? Username, string? Password, string Tls, string From, IReadOnlyList<string> To);

/// <summary>What receivers can be told of.</summary>
public static class NotificationEvents
{
    public const string RequestOpened = "request.opened";
    public const string RequestResolved = "request.resolved";
    public const string RequestEscalated = "request.escalated";
    public const string GrantOpened = "grant.opened";
    public const string GrantEnded = "grant.ended";
    public const string EmergencyUsed = "emergency.used";
    public const string EmergencyOverdue = "emergency.overdue";
    public const string EmergencyReviewed = "emergency.reviewed";

    public static readonly IReadOnlyList<string> All =
        [RequestOpened, RequestResolved, RequestEscalated, GrantOpened, GrantEnded, EmergencyUsed, EmergencyOverdue, EmergencyReviewed];
}
