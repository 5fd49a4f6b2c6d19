using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Hoop.Testing;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Requests;

public sealed class PreviewApiTests(SagaRig rig)
{
    private static readonly PreviewDetails Details = new()
    {
        TakenAt = DateTimeOffset.UnixEpoch,
        Tables = [new("public.orders", "delete", 3, 1000, 8192)],
        Locks = [new("relation", "public.orders", "RowExclusiveLock", true)],
        Consequences = [new("trigger", "public.orders", "runs public.audit() for each row")],
        Sample = new("public.orders", "update", [new("id", false, false), new("note", true, true)], [new(["1", null], ["1", "***"])], true),
        Notes = ["Uncommitted rows are not in it."],
    };

    [Fact]
    public async Task Approvers_see_the_rows_and_who_asked_does_not()
    {
        var request = await PreviewedAsync(Agent with { Groups = ["agents", "dba"] });

        var approver = await ShownAsync(Bea, request);
        approver.GetProperty("sample").GetProperty("rows")[0].GetProperty("after")[1].GetString().ShouldBe("***");
        approver.GetProperty("sample").GetProperty("rows")[0].GetProperty("before")[1].ValueKind.ShouldBe(JsonValueKind.Null);
        approver.GetProperty("locks")[0].GetProperty("mode").GetString().ShouldBe("RowExclusiveLock");
        var requester = await ShownAsync(request.Requester, request);
        requester.GetProperty("sample").ValueKind.ShouldBe(JsonValueKind.Null);
        requester.GetProperty("notes").EnumerateArray().Last().GetString().ShouldBe("Rows are shown to approvers only.");
        requester.GetProperty("consequences")[0].GetProperty("says").GetString()!.ShouldContain("audit");
    }

    [Fact]
    public async Task Rows_stay_hidden_from_a_person_on_whose_behalf_it_was_asked()
    {
        var request = await PreviewedAsync(Agent with { Actors = [Bea.Id] });

        (await ShownAsync(Bea, request)).GetProperty("sample").ValueKind.ShouldBe(JsonValueKind.Null);
        (await ShownAsync(Cleo, request)).GetProperty("sample").ValueKind.ShouldBe(JsonValueKind.Object);
    }

    [Fact]
    public async Task An_approver_has_the_Ingress_look_again()
    {
        var request = await PreviewedAsync(Agent);
        using var bea = Client(Bea);

        using var answer = await bea.PostAsync($"/api/requests/{request.RequestId}/preview", null);

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await rig.Ingress.RefreshAsync(request.RequestId)).IngressId.ShouldBe(request.IngressId);
        await rig.Ingress.PublishAsync(new ApprovalPreviewed(request.RequestId, 7, "[]") { Details = Details with { Notes = ["second"] } });
        await Eventually.SeenAsync(() => ShownAsync(Bea, request), shown => shown.GetProperty("notes")[0].GetString() == "second");
    }

    [Fact]
    public async Task Only_who_may_decide_has_it_looked_at_again_and_only_while_it_waits()
    {
        var request = await PreviewedAsync(Ana);
        using (var ana = Client(Ana)) (await CodeAsync(ana, request.RequestId)).ShouldBe((HttpStatusCode.Forbidden, "not-approver"));
        using (var other = Client(Person("eve", "nobody"))) (await CodeAsync(other, request.RequestId)).ShouldBe((HttpStatusCode.NotFound, "not-found"));
        using var bea = Client(Bea);
        (await CodeAsync(bea, Guid.NewGuid())).ShouldBe((HttpStatusCode.NotFound, "not-found"));

        await bea.PostAsync($"/api/requests/{request.RequestId}/approve", null);

        (await CodeAsync(bea, request.RequestId)).ShouldBe((HttpStatusCode.Conflict, "already-decided"));
    }

    private static async Task<(HttpStatusCode, string)> CodeAsync(HttpClient client, Guid id)
    {
        using var answer = await client.PostAsync($"/api/requests/{id}/preview", null);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()!);
    }

    private HttpClient Client(Principal principal)
    {
        var client = rig.One.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", rig.World.AccessToken(principal));
        return client;
    }

    private async Task<JsonElement> ShownAsync(Principal viewer, ApprovalRequested request)
    {
        using var client = Client(viewer);
        return (await client.GetFromJsonAsync<JsonElement>($"/api/requests/{request.RequestId}")).GetProperty("preview");
    }

    private async Task<ApprovalRequested> PreviewedAsync(Principal requester)
    {
        var request = await rig.OpenAsync(Request(rig.World.Of(requester) with { Actors = [.. requester.Actors.Select(actor => actor.Replace(Issuer, rig.World.Url))] }));
        await rig.Ingress.PublishAsync(new ApprovalPreviewed(request.RequestId, 3, "[]") { Details = Details });
        await Eventually.SeenAsync(() => ShownAsync(Cleo, request), shown => shown.ValueKind == JsonValueKind.Object);
        return request;
    }
}
