using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hoop.ServiceDefaults.Auditing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Retention;

public sealed class HoldsApiTests(AuditRig rig)
{
    [Fact]
    public async Task A_hold_is_placed_listed_and_released_and_each_is_on_record()
    {
        var session = AuditRig.NewId();
        await rig.StoreAsync(AuditRig.Session(session));
        var placed = await AnswerAsync(await rig.As(AuditRig.Bea).PostAsJsonAsync("/api/holds", new { scope = "session", value = session, reason = "case 7" }));
        var id = placed.GetProperty("id").GetString()!;
        placed.GetProperty("sessions").GetInt64().ShouldBe(1);
        (await ListedAsync("/api/holds")).ShouldContain(id);

        (await AnswerAsync(await rig.As(AuditRig.Bea).PostAsJsonAsync($"/api/holds/{id}/release", new { reason = "closed" }))).GetProperty("releasedBy").GetString().ShouldBe(AuditRig.Bea.Id);
        (await ListedAsync("/api/holds")).ShouldNotContain(id);
        (await ListedAsync("/api/holds?released=true")).ShouldContain(id);
        (await rig.As(AuditRig.Bea).PostAsJsonAsync($"/api/holds/{id}/release", new { reason = "again" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await rig.GetAsync(AuditRig.Auditor, "/api/retention")).GetProperty("kept").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task What_is_placed_and_released_becomes_an_event_with_scope_value_and_reason()
    {
        var ended = new List<(string Kind, string Outcome, IReadOnlyDictionary<string, string> Details)>();
        rig.Services.GetRequiredService<AdminJournal>().Ended += Take;
        try
        {
            var target = AuditRig.NewId();
            var hold = await AnswerAsync(await rig.As(AuditRig.Bea).PostAsJsonAsync("/api/holds", new { scope = "target", value = target, reason = "case 9" }));
            await rig.As(AuditRig.Bea).PostAsJsonAsync($"/api/holds/{hold.GetProperty("id").GetString()}/release", new { reason = "closed" });
            await rig.As(AuditRig.Auditor).PostAsJsonAsync("/api/holds", new { scope = "target", value = target, reason = "mine" });
            lock (ended)
                ended.Where(e => e.Details.GetValueOrDefault("value") == target || e.Details.GetValueOrDefault("id") == hold.GetProperty("id").GetString())
                    .Select(e => $"{e.Kind} {e.Outcome} {e.Details["reason"]}").ShouldBe(["hold.place done case 9", "hold.release done closed", "hold.place refused mine"]);
        }
        finally
        {
            rig.Services.GetRequiredService<AdminJournal>().Ended -= Take;
        }

        void Take(Contracts.Audit.AdminAction action)
        {
            lock (ended)
                ended.Add((action.Kind, action.Outcome, action.Details));
        }
    }

    [Theory]
    [InlineData("session", "no-such", "why", HttpStatusCode.NotFound, "nothing would be held")]
    [InlineData("week", "5", "why", HttpStatusCode.BadRequest, "session, principal, target, all")]
    [InlineData("target", "", "why", HttpStatusCode.BadRequest, "\"value\" names")]
    [InlineData("all", "shop", "why", HttpStatusCode.BadRequest, "a hold on all has none")]
    [InlineData("target", "shop", " \n", HttpStatusCode.BadRequest, "Say why")]
    public async Task What_does_not_make_a_hold_is_refused_in_one_line(string scope, string value, string reason, HttpStatusCode status, string says)
    {
        var answer = await rig.As(AuditRig.Bea).PostAsJsonAsync("/api/holds", new { scope, value, reason });

        answer.StatusCode.ShouldBe(status);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldContain(says);
    }

    [Fact]
    public async Task It_takes_the_role_that_hoop_yaml_names()
    {
        (await rig.As(AuditRig.Auditor).PostAsJsonAsync("/api/holds", new { scope = "all", reason = "x" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await rig.As(AuditRig.Ana).GetAsync("/api/holds")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await rig.As(AuditRig.Ana).GetAsync("/api/retention")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await rig.As(AuditRig.Auditor).GetAsync("/api/holds")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await rig.As(null).PostAsJsonAsync("/api/holds", new { scope = "all", reason = "x" })).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static async Task<JsonElement> AnswerAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, body.GetRawText());
        return body;
    }

    private async Task<List<string>> ListedAsync(string path) =>
        [.. (await rig.GetAsync(AuditRig.Auditor, path)).EnumerateArray().Select(h => h.GetProperty("id").GetString()!)];
}
