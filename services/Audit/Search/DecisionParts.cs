using System.Text.Json;

namespace Hoop.Audit.Search;

/// <summary>The parts of a decision's JSON that say what statements it is like, as they are written: enough to tell that two are alike, and nothing is made of them.</summary>
internal readonly record struct DecisionParts(
    ReadOnlyMemory<byte> Outcome, ReadOnlyMemory<byte> Text, ReadOnlyMemory<byte> Fingerprint, ReadOnlyMemory<byte> RequestId,
    ReadOnlyMemory<byte> Verbs, ReadOnlyMemory<byte> Objects, ReadOnlyMemory<byte> Effects, ReadOnlyMemory<byte> Rules)
{
    /// <summary>As <see cref="Decision.Read"/> does: of a field that is there twice, the last.</summary>
    public static DecisionParts Read(ReadOnlyMemory<byte> payload)
    {
        var json = new Utf8JsonReader(payload.Span);
        var parts = default(DecisionParts);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("outcome"u8))
                parts = parts with { Outcome = Value(ref json, payload) };
            else if (json.ValueTextEquals("text"u8))
                parts = parts with { Text = Value(ref json, payload) };
            else if (json.ValueTextEquals("fingerprint"u8))
                parts = parts with { Fingerprint = Value(ref json, payload) };
            else if (json.ValueTextEquals("requestId"u8))
                parts = parts with { RequestId = Value(ref json, payload) };
            else if (json.ValueTextEquals("verbs"u8))
                parts = parts with { Verbs = Value(ref json, payload) };
            else if (json.ValueTextEquals("objects"u8))
                parts = parts with { Objects = Value(ref json, payload) };
            else if (json.ValueTextEquals("effects"u8))
                parts = parts with { Effects = Value(ref json, payload) };
            else if (json.ValueTextEquals("rules"u8))
                parts = parts with { Rules = Value(ref json, payload) };
            else
                json.Skip();
        }

        return parts;
    }

    /// <summary>Whether the decisions are, but for what is no part of these, written alike; then <see cref="Decision.IsLike"/> says so too, unless they were held. Without a fingerprint, the text is one.</summary>
    public bool Match(in DecisionParts other) =>
        Same(Fingerprint, other.Fingerprint) && (Fingerprint.Span.StartsWith((byte)'"') || HasSameText(other)) && Same(Outcome, other.Outcome) && Same(RequestId, other.RequestId)
        && Same(Verbs, other.Verbs) && Same(Objects, other.Objects) && Same(Effects, other.Effects) && Same(Rules, other.Rules);

    public bool HasSameText(in DecisionParts other) => Same(Text, other.Text);

    private static bool Same(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) => one.Span.SequenceEqual(other.Span);

    private static ReadOnlyMemory<byte> Value(ref Utf8JsonReader json, ReadOnlyMemory<byte> payload)
    {
        json.Read();
        var start = (int)json.TokenStartIndex;
        json.Skip();
        return payload[start..(int)json.BytesConsumed];
    }
}
