using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Approval.Tests.Grants;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Testing;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Notifications;

/// <summary>Slack, Teams and mail as they arrive, and who looks after receivers.</summary>
public sealed class ChannelTests(SagaRig rig)
{
    private Receivers Receivers => rig.World.Receivers;

    [Fact]
    public async Task Slack_gets_lines_and_a_link_and_the_reason_it_asked_for()
    {
        var request = await OpenAsync("slack", new Justification("close the books", "OPS-7"));
        var message = await Eventually.FoundAsync(() => Task.FromResult(Receivers.Of("slack", request.RequestId).FirstOrDefault()));

        message.Headers["content-type"].ShouldBe("application/json");
        message.Headers.Keys.ShouldNotContain("webhook-signature");
        message.Headers.Keys.ShouldNotContain("traceparent");
        message.Json.GetProperty("text").GetString().ShouldBe("reporting-agent asks for approval: delete on public.orders in told-slack");
        message.Body.ShouldContain("close the books");
        message.Body.ShouldContain($"/requests/{request.RequestId}|Open in Hoop");
        message.Body.ShouldNotContain(request.Statement);
    }

    [Fact]
    public async Task Teams_gets_a_card_with_a_link_and_no_reason()
    {
        var request = await OpenAsync("teams", new Justification("close the books"));
        var message = await Eventually.FoundAsync(() => Task.FromResult(Receivers.Of("teams", request.RequestId).FirstOrDefault()));

        var attachment = message.Json.GetProperty("attachments")[0];
        attachment.Text("contentType").ShouldBe("application/vnd.microsoft.card.adaptive");
        attachment.GetProperty("content").GetProperty("actions")[0].Text("url").ShouldEndWith($"/requests/{request.RequestId}");
        message.Body.ShouldNotContain("close the books");
    }

    [Fact]
    public async Task Mail_comes_as_plain_text_with_the_events_id()
    {
        var request = await OpenAsync("mail", null);
        var mail = await Eventually.FoundAsync(() => Task.FromResult(Receivers.Mail.Mails.FirstOrDefault(one => one.Contains(request.RequestId.ToString(), StringComparison.Ordinal))));

        mail.ShouldMatch("(?im)^subject: .*reporting-agent asks for approval");
        mail.ShouldMatch("(?im)^message-id: <[0-9a-f]{32}\\.mail@example\\.com>");
        mail.ShouldMatch("(?im)^to: dba@example\\.com");
        mail.ShouldContain("text/plain");
        mail.ShouldContain($"/requests/{request.RequestId}");
        mail.ShouldNotContain(request.Statement);
    }

    [Fact]
    public async Task Mail_is_not_sent_where_there_is_no_TLS()
    {
        var request = await OpenAsync("plain-mail", null);
        using var lead = rig.Client(Person("lena", "leads"));

        var delivery = await Eventually.SeenAsync(
            async () => (await lead.GetFromJsonAsync<JsonElement>("/api/notifications/deliveries?receiver=plain-mail&state=given-up")).EnumerateArray().FirstOrDefault(one => one.GetProperty("request").GetGuid() == request.RequestId),
            one => one.ValueKind == JsonValueKind.Object);

        delivery.Text("lastError").ShouldStartWith("the mail server did not take it");
        Receivers.Mail.Mails.ShouldNotContain(mail => mail.Contains(request.RequestId.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_may_edit_the_policy_sees_how_receivers_do_and_sends_a_test()
    {
        using var lead = rig.Client(Person("lena", "leads"));

        using var asked = await lead.PostAsync("/api/notifications/hook/test", null);

        asked.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var id = (await asked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        var test = await Eventually.FoundAsync(() => Task.FromResult(Receivers.Of("hook").FirstOrDefault(one => one.Id == $"evt_{id:N}")));
        test.Json.Text("type").ShouldBe("test");
        await Eventually.TrueAsync(async () => (await ReceiverAsync(lead, "hook")).GetProperty("delivered").GetInt32() > 0);
        var listed = await lead.GetStringAsync("/api/notifications");
        listed.ShouldNotContain("whsec_");
        listed.ShouldNotContain("http");
        listed.ShouldNotContain("file:");
    }

    [Fact]
    public async Task Others_look_after_nothing()
    {
        using var bea = rig.Client(Bea);
        using var agent = rig.Client(Agent with { Groups = ["leads"] });
        using var lead = rig.Client(Person("lena", "leads"));
        foreach (var path in (string[])["/api/notifications", "/api/notifications/deliveries"])
        {
            (await bea.GetAsync(path).ProblemAsync(HttpStatusCode.Forbidden)).ShouldBe("forbidden");
            (await agent.GetAsync(path).ProblemAsync(HttpStatusCode.Forbidden)).ShouldBe("forbidden");
        }
        (await bea.PostAsync("/api/notifications/hook/test", null).ProblemAsync(HttpStatusCode.Forbidden)).ShouldBe("forbidden");
        (await lead.PostAsync("/api/notifications/nobody/test", null).ProblemAsync(HttpStatusCode.NotFound)).ShouldBe("not-found");
        (await lead.GetAsync("/api/notifications/deliveries?state=soon").ProblemAsync(HttpStatusCode.BadRequest)).ShouldBe("unknown-state");
    }

    private static async Task<JsonElement> ReceiverAsync(HttpClient client, string name) =>
        (await client.GetFromJsonAsync<JsonElement>("/api/notifications")).EnumerateArray().Single(one => one.Text("name") == name);

    private async Task<ApprovalRequested> OpenAsync(string receiver, Justification? justification) =>
        await rig.OpenAsync(Request(rig.World.Of(Agent)) with { Target = $"told-{receiver}", Justification = justification });
}
