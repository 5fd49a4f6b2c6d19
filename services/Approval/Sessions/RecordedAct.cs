using System.Globalization;
using System.Text.Json;

namespace Hoop.Approval.Sessions;

/// <summary>An event of Audit's own record, in words: who did what, to what, and how it came out.</summary>
/// <param name="Mood">As of <see cref="TimelineItem"/>.</param>
/// <param name="Session">The session that it was about.</param>
/// <param name="Request">The request that it was about.</param>
internal sealed record RecordedAct(string Title, string? Mood, IReadOnlyList<(string Name, string Value)> Facts, string? Session, string? Request)
{
    private const string Prefix = "admin-", Opened = "admin.opened";

    /// <summary>Each in the past and as what was tried. All that the services record; one that is not here yet is told by its name.</summary>
    private static readonly Dictionary<string, (string Did, string Do)> Words = new()
    {
        ["policy.activate"] = ("activated a policy", "activate a policy"),
        ["request.approve"] = ("approved a request", "approve a request"),
        ["request.deny"] = ("denied a request", "deny a request"),
        ["request.withdraw"] = ("withdrew a request", "withdraw a request"),
        ["request.explain"] = ("said why a request is needed", "say why a request is needed"),
        ["request.preview"] = ("had a request's preview taken again", "have a request's preview taken again"),
        ["review.verdict"] = ("judged an emergency", "judge an emergency"),
        ["grant.revoke"] = ("revoked a grant", "revoke a grant"),
        ["notification.test"] = ("sent a test to a receiver", "send a test to a receiver"),
        ["notification.retry"] = ("had a delivery tried again", "have a delivery tried again"),
        ["notification.give-up"] = ("gave up a delivery", "give up a delivery"),
        ["passkey.register"] = ("added a passkey", "add a passkey"),
        ["passkey.prove"] = ("confirmed with a passkey", "confirm with a passkey"),
        ["passkey.remove"] = ("removed a passkey", "remove a passkey"),
        ["hold.place"] = ("placed a legal hold", "place a legal hold"),
        ["hold.release"] = ("released a legal hold", "release a legal hold"),
        ["retention.dropped"] = ("dropped what retention no longer keeps", "drop what retention no longer keeps"),
        ["session.viewed"] = ("looked at a session", "look at a session"),
        ["session.watched"] = ("followed a session live", "follow a session live"),
        ["session.exported"] = ("exported a session", "export a session"),
        ["session.kill"] = ("ended a session", "end a session"),
        ["sessions.searched"] = ("searched statements", "search statements"),
        ["sessions.exported"] = ("exported sessions", "export sessions"),
        ["evidence.checked"] = ("checked the evidence", "check the evidence"),
    };

    private static readonly HashSet<string> ByHoop = ["notification.give-up", "retention.dropped"];
    private static readonly HashSet<string> About = ["session", "request", "grant"], Told = ["id", "service", "at", "outcome", "by", "address", "details", "owner", .. About];

    /// <summary>Whether a session's id is that of a day of the record.</summary>
    public static bool IsRecord(string sessionId) => sessionId.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>The day of a record, as its id names it.</summary>
    public static string DayOf(string sessionId) => sessionId[Prefix.Length..];

    /// <summary>Null when it is an event of a session.</summary>
    public static RecordedAct? Read(string kind, JsonElement payload)
    {
        if (kind == Opened) return ReadOpened(payload);
        // Whoever did it is named, if only as nobody; sessions' own events of such kinds are others.
        if (payload.ValueKind != JsonValueKind.Object || !payload.TryGetProperty("by", out _) || !(Words.ContainsKey(kind) || payload.Member("service") is not null)) return null;
        var details = payload.Member("details") ?? default;
        var outcome = payload.Text("outcome") ?? "done";
        var who = payload.Member("by")?.Text("name") ?? (ByHoop.Contains(kind) ? "Hoop" : "Somebody who was not signed in");
        var (session, request) = (payload.Text("session") ?? details.Text("session"), details.Text("request") ?? details.Text("grant"));
        var facts = new List<(string, string)> { ("Who", WhoOf(payload, who)), ("What", kind) };
        Add("About session", session);
        Add("Whose", payload.Text("owner"));
        if (!Guid.TryParse(request, out _)) Add("Request", request);
        foreach (var detail in Others(details, About).Concat(Others(payload, Told))) Add(NameOf(detail.Name), JsonReading.Plain(detail.Value));
        facts.Add(("Outcome", WordsFor(outcome)));
        Add("From", payload.Text("address"));
        Add("Through", payload.Text("service"));
        return new RecordedAct(TitleOf(kind, who, outcome), MoodOf(outcome), facts, session, Guid.TryParse(request, out var id) ? id.ToString() : null);

        void Add(string name, string? value)
        {
            if (value is { Length: > 0 }) facts.Add((name, value));
        }
    }

    private static RecordedAct ReadOpened(JsonElement payload) => new(
        "The day's record begins", null,
        payload.Member("previous") is { } previous && previous.Text("session") is { } session
            ? [("After", session), ("Whose last hash is", previous.Text("head") ?? "")] : [("After", "nothing: it is the first")],
        payload.Member("previous")?.Text("session"), null);

    private static string TitleOf(string kind, string who, string outcome)
    {
        var (did, tried) = Words.GetValueOrDefault(kind, ($"did {kind}", $"do {kind}"));
        return outcome switch
        {
            "done" => $"{who} {did}",
            "refused" => $"{who} tried to {tried} and was refused",
            "failed" => $"{who} tried to {tried}, which failed",
            _ => $"{who} tried to {tried}; how it came out is not known",
        };
    }

    private static string? MoodOf(string outcome) => outcome switch { "done" => null, "refused" => "blocked", _ => "failed" };

    private static string WordsFor(string outcome) => outcome switch
    {
        "done" => "done",
        "refused" => "refused: nothing was changed",
        "failed" => "failed: it may have been done in part",
        _ => "not known: the service ended before it knew",
    };

    private static string WhoOf(JsonElement payload, string who) =>
        payload.Member("by") is { } by && by.Text("kind") is { } kind ? $"{who} ({kind}, {by.Text("subject")} of {by.Text("issuer")})" : who;

    private static IEnumerable<JsonProperty> Others(JsonElement json, HashSet<string> but) =>
        json.ValueKind != JsonValueKind.Object ? [] : json.EnumerateObject().Where(one => !but.Contains(one.Name));

    private static string NameOf(string name) => name.Length == 0 ? "" : char.ToUpper(name[0], CultureInfo.InvariantCulture) + name[1..];
}
