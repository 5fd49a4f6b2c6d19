using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Approval.Notifications;
using Hoop.Approval.Tests.Grants;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.Auditing;
using Hoop.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Notifications;

/// <summary>From the saga over the bus to local receivers, with three instances at work on one queue.</summary>
public sealed class DeliveryTests(SagaRig rig)
{
    private Receivers Receivers => rig.World.Receivers;

    [Fact]
    public async Task A_webhook_is_signed_and_says_who_asks_what_where_and_how_it_ended()
    {
        var request = await OpenAsync("hook");
        var opened = await Eventually.FoundAsync(() => FirstAsync("hook", request, "request.opened"));
        await rig.Ingress.VoteAsync(Approve(request, Bea, "fine"));
        var resolved = await Eventually.FoundAsync(() => FirstAsync("hook", request, "request.resolved"));

        var verifier = new WebhookVerifier(Receivers.Secret);
        verifier.Refuse(opened, TimeProvider.System.GetUtcNow()).ShouldBeNull();
        verifier.Refuse(resolved, TimeProvider.System.GetUtcNow()).ShouldBeNull();
        var data = opened.Json.GetProperty("data");
        data.ShouldSatisfyAllConditions(
            d => d.GetProperty("request").GetGuid().ShouldBe(request.RequestId), d => d.GetProperty("requester").GetProperty("name").GetString().ShouldBe("reporting-agent"),
            d => d.GetProperty("verbs")[0].GetString().ShouldBe("delete"), d => d.GetProperty("objects")[0].GetString().ShouldBe("public.orders"),
            d => d.GetProperty("target").GetString().ShouldBe("told-hook"), d => d.GetProperty("link").GetString().ShouldEndWith($"/requests/{request.RequestId}"),
            d => d.GetProperty("missing").GetString().ShouldNotBeNullOrEmpty());
        resolved.Json.GetProperty("data").GetProperty("outcome").GetString().ShouldBe("approved");
        resolved.Json.GetProperty("data").GetProperty("decidedBy")[0].GetString().ShouldBe("bea");
    }

    [Fact]
    public async Task A_receiver_can_refuse_a_replay_an_old_message_and_a_changed_one()
    {
        var request = await OpenAsync("hook");
        var opened = await Eventually.FoundAsync(() => FirstAsync("hook", request, "request.opened"));
        var (verifier, now) = (new WebhookVerifier(Receivers.Secret), TimeProvider.System.GetUtcNow());

        verifier.Refuse(opened with { Body = opened.Body.Replace("delete", "select", StringComparison.Ordinal) }, now).ShouldBe("the signature does not fit");
        verifier.Refuse(opened, now.AddMinutes(6)).ShouldBe("the message is too old");
        var moved = new Dictionary<string, string>(opened.Headers) { ["webhook-timestamp"] = now.AddMinutes(6).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) };
        verifier.Refuse(opened with { Headers = moved }, now.AddMinutes(6)).ShouldBe("the signature does not fit");
        verifier.Refuse(opened, now).ShouldBeNull();
        verifier.Refuse(opened, now).ShouldBe("the message came before");
    }

    [Fact]
    public async Task What_fails_is_tried_again_under_the_same_id_with_the_same_words()
    {
        Receivers.Answers["flaky"] = times => times < 3 ? 500 : 204;
        var request = await OpenAsync("flaky");

        await Eventually.SeenAsync(() => DeliveryAsync("flaky", request.RequestId), one => StateOf(one) == "delivered");

        var attempts = Receivers.Of("flaky", request.RequestId);
        attempts.Count.ShouldBe(3);
        attempts.Select(one => one.Id).Distinct().ShouldHaveSingleItem().ShouldNotBeNull().ShouldStartWith("evt_");
        attempts.Select(one => one.Body).Distinct().ShouldHaveSingleItem();
        attempts.ShouldAllBe(one => new WebhookVerifier(Receivers.Secret).Refuse(one, TimeProvider.System.GetUtcNow()) == null);
    }

    [Fact]
    public async Task A_receiver_that_never_answers_delays_neither_the_hold_nor_others_and_is_given_up_on_record()
    {
        Receivers.Answers["silent"] = _ => Receivers.Never;
        var given = new ConcurrentQueue<AdminAction>();
        foreach (var instance in (ApprovalInstance[])[rig.One, rig.Other]) instance.Services.GetRequiredService<AdminJournal>().Ended += given.Enqueue;
        var requests = new List<ApprovalRequested>();
        for (var i = 0; i < 2; i++) requests.Add(await OpenAsync("both"));

        foreach (var request in requests)
        {
            await Eventually.FoundAsync(() => FirstAsync("hook", request, "request.opened"));
            await rig.Ingress.VoteAsync(Deny(request, Bea, "no"));
            (await rig.Ingress.ResolutionAsync(request.RequestId)).Outcome.ShouldBe(ApprovalOutcome.Denied);
            await Eventually.FoundAsync(() => FirstAsync("hook", request, "request.resolved"));
        }
        var lost = await Eventually.SeenAsync(() => DeliveryAsync("silent", requests[0].RequestId), one => StateOf(one) == "given-up");
        lost.Text("lastError").ShouldBe("no answer within 1 s");
        (await DeliveryAsync("hook", requests[0].RequestId)).Text("state").ShouldBe("delivered");
        var action = given.Where(one => one.Details.GetValueOrDefault("id") == lost.Text("id")).ShouldHaveSingleItem();
        (action.Kind, action.Outcome, action.Details["receiver"], action.Details["error"]).ShouldBe(("notification.give-up", AdminOutcomes.Failed, "silent", "no answer within 1 s"));
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        Receivers.Answers["moved"] = _ => 307;
        var request = await OpenAsync("moved");

        var delivery = await Eventually.SeenAsync(() => DeliveryAsync("moved", request.RequestId), one => StateOf(one) == "given-up");

        delivery.Text("lastError").ShouldBe("it answered 307");
        Receivers.Of("moved-on").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_receiver_that_says_it_is_gone_is_asked_once_and_again_only_when_somebody_says_so()
    {
        Receivers.Answers["gone"] = _ => 410;
        var request = await OpenAsync("gone");
        var delivery = await Eventually.SeenAsync(() => DeliveryAsync("gone", request.RequestId), one => StateOf(one) == "given-up");
        (delivery.GetProperty("attempts").GetInt32(), delivery.Text("lastError")).ShouldBe((1, "it answered 410"));
        Receivers.Answers["gone"] = _ => 200;
        using var lead = rig.Client(Person("lena", "leads"));

        using (var answer = await lead.PostAsync($"/api/notifications/gone/deliveries/{delivery.GetProperty("id").GetString()}/retry", null)) answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        await Eventually.SeenAsync(() => DeliveryAsync("gone", request.RequestId), one => StateOf(one) == "delivered");
        Receivers.Of("gone", request.RequestId).Select(one => one.Id).Distinct().ShouldHaveSingleItem();
        (await lead.PostAsync($"/api/notifications/gone/deliveries/{delivery.GetProperty("id").GetString()}/retry", null).ProblemAsync(HttpStatusCode.NotFound)).ShouldBe("not-found");
    }

    [Fact]
    public async Task The_same_message_twice_is_told_once()
    {
        var request = await OpenAsync("retried");
        await Eventually.FoundAsync(() => FirstAsync("retried", request, "request.opened"));
        var (again, id) = (new ApprovalEscalated(request.RequestId, "agents-change", "lead", TimeProvider.System.GetUtcNow()), Guid.NewGuid());
        await rig.Ingress.PublishAsync(again, id);
        await rig.Ingress.PublishAsync(again, id);
        await rig.Ingress.VoteAsync(Deny(request, Bea, "no"));

        await Eventually.FoundAsync(() => FirstAsync("retried", request, "request.resolved"));
        await Eventually.FoundAsync(() => FirstAsync("retried", request, "request.escalated"));
        Receivers.Of("retried", request.RequestId).Select(one => one.Json.GetProperty("type").GetString()).Order().ShouldBe(["request.escalated", "request.opened", "request.resolved"]);
    }

    [Fact]
    public async Task Roles_narrow_what_a_receiver_hears()
    {
        var request = await OpenAsync("roles");
        await Eventually.FoundAsync(() => FirstAsync("dba-only", request, "request.opened"));
        await rig.Ingress.VoteAsync(Deny(request, Bea, "no"));
        await Eventually.FoundAsync(() => FirstAsync("dba-only", request, "request.resolved"));
        Receivers.Of("lead-only", request.RequestId).ShouldBeEmpty();
    }

    [Fact]
    public async Task People_are_not_asked_to_decide_what_is_decided()
    {
        Receivers.Answers["late"] = _ => 503;
        var request = await OpenAsync("late");
        await Eventually.TrueAsync(() => Receivers.Of("late", request.RequestId).Count > 0);
        await rig.Ingress.VoteAsync(Deny(request, Bea, "no"));

        await Eventually.SeenAsync(() => DeliveryAsync("late", request.RequestId), one => StateOf(one) == "outdated");
    }

    [Fact]
    public async Task A_reference_that_leads_nowhere_says_what_to_mend()
    {
        var request = await OpenAsync("unset");
        var delivery = await Eventually.SeenAsync(() => DeliveryAsync("unset", request.RequestId), one => StateOf(one) == "given-up");
        delivery.Text("lastError").ShouldBe("the environment variable HOOP_TEST_NOT_SET is not set where the service runs that uses it");
    }

    [Fact]
    public async Task A_receiver_is_not_given_what_is_Hoops_own()
    {
        Environment.SetEnvironmentVariable("Hoop__InternalKey", "test-internal-key");
        var request = await OpenAsync("thief");
        var delivery = await Eventually.SeenAsync(() => DeliveryAsync("thief", request.RequestId), one => StateOf(one) == "given-up");
        delivery.Text("lastError").ShouldStartWith("the environment variable Hoop__InternalKey is a setting of Hoop's own");
        Receivers.Mail.Mails.ShouldNotContain(mail => mail.Contains("thief@example.com", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_waits_for_a_receiver_that_hoop_yaml_no_longer_names_is_given_up()
    {
        var request = await OpenAsync("nobody");
        var notice = new Notice { Event = "request.opened", At = request.RequestedAt, Request = request.RequestId, Link = "" };
        await rig.One.Services.GetRequiredService<DeliveryQueue>().AddAsync(Guid.NewGuid(), [("removed", notice)], 1, CancellationToken.None);

        var delivery = await Eventually.SeenAsync(() => DeliveryAsync("removed", request.RequestId), one => StateOf(one) == "given-up");

        delivery.Text("lastError").ShouldBe("hoop.yaml has no receiver of this name");
    }

    private async Task<ApprovalRequested> OpenAsync(string receiver) => await rig.OpenAsync(Request(rig.World.Of(Agent)) with { Target = $"told-{receiver}" });

    private Task<Received?> FirstAsync(string receiver, ApprovalRequested request, string what) =>
        Task.FromResult(Receivers.Of(receiver, request.RequestId).FirstOrDefault(one => one.Json.GetProperty("type").GetString() == what));

    /// <summary>Empty until it is queued.</summary>
    private static string StateOf(JsonElement delivery) => delivery.ValueKind == JsonValueKind.Object ? delivery.Text("state") : "";

    /// <summary>Of the request's opening.</summary>
    private async Task<JsonElement> DeliveryAsync(string receiver, Guid request)
    {
        using var lead = rig.Client(Person("lena", "leads"));
        var found = await lead.GetFromJsonAsync<JsonElement>($"/api/notifications/deliveries?receiver={receiver}");
        return found.EnumerateArray().FirstOrDefault(one => one.GetProperty("request").ValueKind == JsonValueKind.String && one.GetProperty("request").GetGuid() == request && one.Text("event") == "request.opened");
    }
}
