using Hoop.Approval.Saga;
using Hoop.Contracts.Identity;

namespace Hoop.Approval.Notifications;

/// <summary>
/// What receivers are told of an event. It leaves Hoop, and whoever gets it need not be an approver: so never the statement's text, its values, the plan or
/// rows. What people and agents wrote goes to receivers that ask for it.
/// </summary>
internal sealed record Notice
{
    /// <summary>Names beyond this many are counted.</summary>
    private const int MostNames = 20;

    /// <summary>A name of <see cref="Contracts.Documents.NotificationEvents"/>, or <see cref="Test"/>.</summary>
    public required string Event { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Null for a test.</summary>
    public Guid? Request { get; init; }

    /// <summary>The request's page in the portal, where whoever may can decide it.</summary>
    public required string Link { get; init; }
    public NoticePerson? Requester { get; init; }
    public string? Target { get; init; }
    public string? Protocol { get; init; }
    public IReadOnlyList<string> Verbs { get; init; } = [];
    public IReadOnlyList<string> Objects { get; init; } = [];

    /// <summary>How many objects there are besides.</summary>
    public int MoreObjects { get; init; }
    public IReadOnlyList<string> Effects { get; init; } = [];
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>Why the rules ask.</summary>
    public string? Why { get; init; }

    /// <summary>Who must still decide or review, in words.</summary>
    public string? Missing { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary><c>approved, denied, expired, withdrawn</c>; of a grant how it ended, of a review <c>justified</c> or <c>not-justified</c>.</summary>
    public string? Outcome { get; init; }
    public IReadOnlyList<string> DecidedBy { get; init; } = [];

    /// <summary>To whom it was escalated, in words.</summary>
    public string? To { get; init; }

    /// <summary>The requester's words.</summary>
    public string? Reason { get; init; }
    public string? Ticket { get; init; }

    /// <summary>The deciders' words.</summary>
    public string? Said { get; init; }

    public const string Test = "test";

    public static Notice Of(string what, DateTimeOffset at, ApprovalState approval, string portalUrl, DateTimeOffset now)
    {
        var request = approval.Request;
        return new Notice
        {
            Event = what,
            At = at,
            Request = approval.CorrelationId,
            Link = $"{portalUrl}/requests/{approval.CorrelationId}",
            Requester = NoticePerson.Of(request.Requester),
            Target = request.Target,
            Protocol = request.Protocol,
            Verbs = request.Verbs,
            Objects = [.. request.Objects.Take(MostNames)],
            MoreObjects = Math.Max(0, request.Objects.Count - MostNames),
            Effects = request.Effects,
            Rules = request.Rules,
            Why = request.Why,
            Missing = approval.Outcome is null && approval.Standing(now).Missing is { Length: > 0 } missing ? missing : null,
            ExpiresAt = approval.Outcome is null ? approval.ExpiresAt : null,
            Reason = request.Justification?.Reason,
            Ticket = request.Justification?.Ticket,
        };
    }

    /// <summary>For receivers that are not to read what people and agents wrote.</summary>
    public Notice WithoutWords() => this with { Reason = null, Ticket = null, Said = null };
}

/// <param name="Id">Issuer and subject.</param>
/// <param name="Kind"><c>agent, human, service</c>.</param>
/// <param name="OnBehalfOf">The delegation chain, ids.</param>
internal sealed record NoticePerson(string Id, string Name, string Kind, IReadOnlyList<string> OnBehalfOf)
{
    public static NoticePerson Of(Principal principal) => new(principal.Id, principal.Name, principal.Kind, principal.Actors);
}
