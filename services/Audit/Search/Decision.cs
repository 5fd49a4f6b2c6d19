using System.Text.Json;

namespace Hoop.Audit.Search;

/// <summary>What a decision's event says: what it can be found by, and what a search shows of it.</summary>
internal sealed record Decision(
    long Operation, string Outcome, string[] Verbs, string[] Objects, string[] Effects, string[] Rules, long? PolicyVersion, string? RequestId, string Fingerprint, string Text)
{
    public const string Hold = "hold";

    public bool IsHeld => Outcome == Hold;

    public static Decision Read(string payload)
    {
        using var document = JsonDocument.Parse(payload);
        var e = document.RootElement;
        var text = Payload.Text(e, "text") ?? "";
        return new Decision(
            Payload.Number(e, "operation") ?? 0, Payload.Text(e, "outcome") ?? "", Payload.Texts(e, "verbs"), Payload.Texts(e, "objects"), Payload.Texts(e, "effects"), Payload.Texts(e, "rules"),
            Payload.Number(e, "policyVersion"), Payload.Text(e, "requestId"), Payload.Text(e, "fingerprint") ?? text, text);
    }

    /// <summary>All but what follows from its session, and from what became of a hold.</summary>
    public IEnumerable<string> Tags() =>
    [
        SearchTags.Outcome(Outcome), .. Verbs.Select(SearchTags.Verb), .. Objects.Select(SearchTags.Object), .. Effects.Select(SearchTags.Effect),
        .. Rules.Select(SearchTags.Rule), .. RequestId is { } request ? [SearchTags.Request(request)] : Array.Empty<string>(), .. SearchTags.Words(Text),
    ];

    /// <summary>Equal for statements that differ in their literals alone and were decided alike. A held one is like no other: it has a future of its own.</summary>
    public (string, string, string, long) Shape() => (Fingerprint, Outcome, string.Join('\n', Rules), IsHeld ? Operation : -1);
}

/// <summary>What became of a hold.</summary>
internal sealed record Resolution(long Operation, string Outcome, string[] DecidedBy)
{
    public static Resolution Read(string payload)
    {
        using var document = JsonDocument.Parse(payload);
        var e = document.RootElement;
        return new Resolution(Payload.Number(e, "operation") ?? 0, Payload.Text(e, "outcome") ?? "", Payload.Texts(e, "decidedBy"));
    }

    public static IEnumerable<string> Tags(string outcome, string[] by) => [SearchTags.Outcome(outcome), .. by.Select(SearchTags.Approver)];
}

internal static class Payload
{
    // A NUL is legal in JSON and not in PostgreSQL's text; the event itself keeps it.
    public static string? Text(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Replace('\0', '\uFFFD') : null;

    public static long? Number(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    public static string[] Texts(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString()!.Replace('\0', '\uFFFD')).Distinct()]
            : [];
}
