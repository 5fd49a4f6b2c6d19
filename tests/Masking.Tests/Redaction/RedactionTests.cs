using System.Net;
using System.Text;
using Hoop.Contracts.Documents;
using Shouldly;
using Xunit;

namespace Hoop.Masking.Tests.Redaction;

public sealed class RedactionTests
{
    private static readonly MaskDocument Any = new() { Name = "any", Targets = ["*"], Detect = ["email"] };

    private static StringContent Text(string text) => new(text, Encoding.UTF8, "text/plain");

    [Fact]
    public async Task Sensitive_values_are_gone_and_the_rest_stays()
    {
        await using var rig = await MaskingRig.StartAsync(Any);
        var answer = await rig.Service().PostAsync("/redact", Text("Call Zoë, card 4111 1111 1111 1111, mail zoe@example.com, order 12345."));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var redacted = await answer.Content.ReadAsStringAsync();
        redacted.ShouldStartWith("Call Zoë, card ");
        redacted.ShouldEndWith(", order 12345.");
        redacted.ShouldNotContain("4111");
        redacted.ShouldNotContain("zoe@example.com");
    }

    [Fact]
    public async Task Text_without_findings_comes_back_as_it_was()
    {
        await using var rig = await MaskingRig.StartAsync(Any);
        (await (await rig.Service().PostAsync("/redact", Text("nothing here"))).Content.ReadAsStringAsync()).ShouldBe("nothing here");
    }

    [Fact]
    public async Task People_and_services_may_ask_agents_and_strangers_not()
    {
        await using var rig = await MaskingRig.StartAsync(Any);
        await rig.NextAnnouncedAsync();
        (await rig.As("ana", "human").PostAsync("/redact", Text("x"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await rig.As("reporting-agent", "agent").PostAsync("/redact", Text("x"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await rig.Anonymous().PostAsync("/redact", Text("x"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task More_than_one_mebibyte_is_refused()
    {
        await using var rig = await MaskingRig.StartAsync(Any);
        (await rig.Service().PostAsync("/redact", Text(new string('x', 1024 * 1024 + 1)))).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }
}
