using System.Text.Json;
using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Document;
using Hoop.Policy.Engine.Rules;
using Shouldly;
using Xunit;

namespace Hoop.Policy.Engine.Tests.Document;

/// <summary>The published schema says the same words as the reader.</summary>
public sealed class SchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "hoop.schema.json"))).RootElement;

    private static string[] Words(params string[] path)
    {
        var words = path.Aggregate(Schema, (element, key) => element.GetProperty(key)).GetProperty("enum");
        return [.. words.EnumerateArray().Select(w => w.GetString() ?? "null")];
    }

    [Fact]
    public void Words_are_the_readers() => Schema.ShouldSatisfyAllConditions(
        _ => Words("$defs", "verbs", "items").ShouldBe([.. VerbNames.All, "*"]),
        _ => Words("$defs", "effects", "items").ShouldBe([.. EffectNames.All, "*"]),
        _ => Words("$defs", "mask", "properties", "detect", "items").ShouldBe(MasksSection.Detectors),
        _ => Words("$defs", "mask", "properties", "predicates").ShouldBe(MasksSection.PredicateRules),
        _ => Words("properties", "targets", "additionalProperties", "properties", "tls").ShouldBe(TargetsSection.TlsModes),
        _ => Words("properties", "targets", "additionalProperties", "properties", "protocol").ShouldBe(TargetsSection.Protocols),
        _ => Words("$defs", "receiver", "properties", "kind").ShouldBe(NotificationsSection.Kinds),
        _ => Words("$defs", "receiver", "properties", "events", "items").ShouldBe([.. NotificationEvents.All, "*"]),
        _ => Words("$defs", "receiver", "properties", "smtp", "properties", "tls").ShouldBe(MailReader.TlsModes),
        _ => Words("properties", "roles", "additionalProperties", "properties", "kinds", "items").ShouldBe(RolesSection.Kinds));

    [Fact]
    public void Every_key_of_the_schema_is_in_the_sample_that_the_reader_accepts()
    {
        foreach (var (place, keys) in Maps(Schema, "hoop.yaml"))
            foreach (var key in keys) Samples.Whole.ShouldContain(key + ":", customMessage: $"{place} has the key {key}, which the sample does not use");
    }

    private static IEnumerable<(string Place, string[] Keys)> Maps(JsonElement element, string place)
    {
        if (element.ValueKind != JsonValueKind.Object) yield break;
        if (element.TryGetProperty("additionalProperties", out var closed) && closed.ValueKind == JsonValueKind.False && element.TryGetProperty("properties", out var properties))
            yield return (place, [.. properties.EnumerateObject().Select(p => p.Name)]);
        foreach (var child in element.EnumerateObject())
            foreach (var map in Maps(child.Value, $"{place}/{child.Name}")) yield return map;
    }
}
