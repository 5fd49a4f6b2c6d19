using System.Text.Json;

namespace Hoop.Audit.Search;

/// <summary>What an event says of a decision, or of what became of one that was held. A field that is missing, or not of its type, is empty.</summary>
internal sealed class Decision
{
    private string? fingerprint;

    public long Operation { get; private set; }
    public string Outcome { get; private set; } = "";
    public string Text { get; private set; } = "";
    public string[] Verbs { get; private set; } = [];
    public string[] Objects { get; private set; } = [];
    public string[] Effects { get; private set; } = [];
    public string[] Rules { get; private set; } = [];
    public long? PolicyVersion { get; private set; }
    public string? RequestId { get; private set; }

    /// <summary>Of the event of what became of a hold.</summary>
    public string[] DecidedBy { get; private set; } = [];

    public bool IsHeld => Outcome == "hold";

    /// <summary>Of the statement without its literals; the statement itself where there is none.</summary>
    private string Fingerprint => fingerprint ?? Text;

    public static Decision Read(ReadOnlySpan<byte> payload)
    {
        var json = new Utf8JsonReader(payload);
        var decision = new Decision();
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            decision.Take(ref json);
        return decision;
    }

    /// <summary>All that a decision can be found by but what follows from its session, and from what became of a hold.</summary>
    public void AddTags(HashSet<string> tags)
    {
        tags.Add(SearchTags.Outcome(Outcome));
        tags.UnionWith(Verbs.Select(SearchTags.Verb));
        tags.UnionWith(Objects.Select(SearchTags.Object));
        tags.UnionWith(Effects.Select(SearchTags.Effect));
        tags.UnionWith(Rules.Select(SearchTags.Rule));
        if (RequestId is not null)
            tags.Add(SearchTags.Request(RequestId));
        SearchTags.AddWords(Text, tags);
    }

    /// <summary>Whether the two differ in their literals alone and were decided alike. A held one is like no other: it has a future of its own.</summary>
    public bool IsLike(Decision other) =>
        !IsHeld && Fingerprint == other.Fingerprint && Outcome == other.Outcome && RequestId == other.RequestId
        && Verbs.AsSpan().SequenceEqual(other.Verbs) && Objects.AsSpan().SequenceEqual(other.Objects) && Effects.AsSpan().SequenceEqual(other.Effects) && Rules.AsSpan().SequenceEqual(other.Rules);

    /// <summary>The text of a decision from its value as it is written; empty where there is none.</summary>
    public static string TextOf(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return "";
        var json = new Utf8JsonReader(value);
        return ReadText(ref json) ?? "";
    }

    private void Take(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("operation"u8))
            Operation = ReadNumber(ref json) ?? 0;
        else if (json.ValueTextEquals("outcome"u8))
            Outcome = ReadText(ref json) ?? "";
        else if (json.ValueTextEquals("text"u8))
            Text = ReadText(ref json) ?? "";
        else if (json.ValueTextEquals("verbs"u8))
            Verbs = ReadTexts(ref json);
        else if (json.ValueTextEquals("objects"u8))
            Objects = ReadTexts(ref json);
        else if (json.ValueTextEquals("effects"u8))
            Effects = ReadTexts(ref json);
        else if (json.ValueTextEquals("rules"u8))
            Rules = ReadTexts(ref json);
        else if (json.ValueTextEquals("decidedBy"u8))
            DecidedBy = ReadTexts(ref json);
        else if (json.ValueTextEquals("policyVersion"u8))
            PolicyVersion = ReadNumber(ref json);
        else if (json.ValueTextEquals("requestId"u8))
            RequestId = ReadText(ref json);
        else if (json.ValueTextEquals("fingerprint"u8))
            fingerprint = ReadText(ref json);
        else
            json.Skip();
    }

    private static long? ReadNumber(ref Utf8JsonReader json)
    {
        json.Read();
        long? number = json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var value) ? value : null;
        json.Skip();
        return number;
    }

    private static string? ReadText(ref Utf8JsonReader json)
    {
        json.Read();
        var text = json.TokenType == JsonTokenType.String ? Storable(json) : null;
        json.Skip();
        return text;
    }

    private static string[] ReadTexts(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return [];
        }

        var texts = new List<string>(4);
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.String && Storable(json) is var text && !texts.Contains(text))
                texts.Add(text);
            json.Skip();
        }

        return [.. texts];
    }

    // A NUL is legal in JSON and not in PostgreSQL's text; the event itself keeps it.
    private static string Storable(in Utf8JsonReader json) => json.GetString()!.Replace('\0', '\uFFFD');
}
