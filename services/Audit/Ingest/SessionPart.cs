using Hoop.Audit.Chain;

namespace Hoop.Audit.Ingest;

/// <summary>The events of one session out of one batch.</summary>
internal sealed class SessionPart(string id)
{
    public string Id => id;
    public List<BatchedEvent> Events { get; } = [];

    /// <summary>The sessions in the order in which they come up, each with its events in the order in which they came.</summary>
    public static List<SessionPart> Of(IEnumerable<BatchedEvent> events)
    {
        var (parts, known) = (new List<SessionPart>(), new Dictionary<string, SessionPart>());
        foreach (var e in events)
        {
            if (!known.TryGetValue(e.SessionId, out var part))
            {
                known.Add(e.SessionId, part = new SessionPart(e.SessionId));
                parts.Add(part);
            }

            part.Events.Add(e);
        }

        return parts;
    }
}
