using System.Text.Json;
using Hoop.Approval.Sessions;
using Hoop.Approval.Tests.Rigs;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Hoop.Approval.Tests.Portal;

public sealed class RecordedActTests(SagaRig rig)
{
    private const string By = "\"by\":{\"issuer\":\"i\",\"subject\":\"bea-id\",\"name\":\"bea\",\"kind\":\"human\"}";

    [Theory]
    [InlineData("policy.activate", "done", "bea activated a policy", null)]
    [InlineData("policy.activate", "refused", "bea tried to activate a policy and was refused", "blocked")]
    [InlineData("grant.revoke", "failed", "bea tried to revoke a grant, which failed", "failed")]
    [InlineData("hold.place", "unknown", "bea tried to place a legal hold; how it came out is not known", "failed")]
    [InlineData("something.new", "done", "bea did something.new", null)]
    public void Each_is_a_sentence(string kind, string outcome, string title, string? mood)
    {
        var act = Read(kind, $$"""{"service":"policy","outcome":"{{outcome}}",{{By}},"details":{"version":"7"} }""").ShouldNotBeNull();
        (act.Title, act.Mood).ShouldBe((title, mood));
        act.Facts.ShouldContain(("Who", "bea (human, bea-id of i)"));
        act.Facts.ShouldContain(("Version", "7"));
    }

    [Fact]
    public void Who_was_not_signed_in_and_what_Hoop_does_itself_are_told_as_that()
    {
        Read("request.approve", """{"service":"approval","outcome":"refused","by":null,"details":{"request":"made up"}}""")!.ShouldSatisfyAllConditions(
            act => act.Title.ShouldBe("Somebody who was not signed in tried to approve a request and was refused"), act => act.Facts.ShouldContain(("Request", "made up")), act => act.Request.ShouldBeNull());
        Read("notification.give-up", """{"service":"approval","outcome":"done","by":null,"details":{}}""")!.Title.ShouldBe("Hoop gave up a delivery");
    }

    [Theory]
    [InlineData("session.started", """{"principal":{"name":"ana"},"target":"shop"}""")]
    [InlineData("session.killed", """{"by":"kim","reason":"runs away"}""")]
    [InlineData("operation.decided", """{"operation":1,"outcome":"allow"}""")]
    [InlineData("anything", "[]")]
    public void An_event_of_a_session_is_none(string kind, string payload) => Read(kind, payload).ShouldBeNull();

    [Fact]
    public void Everything_that_this_service_records_has_its_words()
    {
        var kinds = rig.One.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).Select(endpoint => endpoint.Metadata.GetMetadata<AuditedAttribute>()?.Kind).OfType<string>().ToHashSet();
        kinds.Count.ShouldBeGreaterThan(5);
        foreach (var kind in kinds) Read(kind, $$"""{"service":"approval","outcome":"done",{{By}},"details":{} }""")!.Title.ShouldNotContain(kind);
    }

    [Fact]
    public void What_is_not_seen_stands_alone_by_its_number() =>
        HiddenCharacters.Split("a\u202eb\u001b\ud800").ShouldBe([("a", false), ("U+202E", true), ("b", false), ("U+001B", true), ("U+D800", true)]);

    private static RecordedAct? Read(string kind, string payload) => RecordedAct.Read(kind, JsonDocument.Parse(payload).RootElement);
}
