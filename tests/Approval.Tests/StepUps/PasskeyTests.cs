using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.StepUps;

/// <summary>Passkeys and fresh sign-ins on an instance that has a host name, with an authenticator in software.</summary>
public sealed class PasskeyTests(SagaRig rig) : IAsyncLifetime
{
    private const string Origin = "https://hoop.test";
    private ApprovalInstance _instance = null!;

    public async ValueTask InitializeAsync()
    {
        _instance = await new ApprovalInstance(rig.Broker, new Dictionary<string, string>(rig.World.Settings) { ["Hoop:PortalUrl"] = Origin }).ReadyAsync();
    }

    public ValueTask DisposeAsync() => _instance.DisposeAsync();

    [Fact]
    public async Task A_request_that_wants_a_passkey_is_approved_with_one_and_only_that_request()
    {
        var (request, other) = (await OpenAsync(StepUp.Passkey), await OpenAsync(StepUp.Passkey));
        using var bea = Client(Bea with { Name = "bea", Subject = "passkey-bea" }, fresh: true);
        var key = new SoftPasskey("hoop.test", Origin);
        (await CodeAsync(bea.PostAsJsonAsync($"/api/requests/{request.RequestId}/approve", new { }))).ShouldBe("passkey-needed");
        (await CodeAsync(bea.PostAsJsonAsync("/api/passkeys/challenge", new { requests = new[] { request.RequestId } }))).ShouldBe("no-passkey");
        await RegisterAsync(bea, key);

        var proof = await ProveAsync(bea, key, request);

        (await CodeAsync(bea.PostAsJsonAsync($"/api/requests/{other.RequestId}/approve", new { proof }))).ShouldBe("passkey-needed");
        using var cleo = Client(Cleo, fresh: true);
        (await CodeAsync(cleo.PostAsJsonAsync($"/api/requests/{request.RequestId}/approve", new { proof }))).ShouldBe("passkey-needed");
        (await bea.PostAsJsonAsync($"/api/requests/{request.RequestId}/approve", new { proof })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await bea.GetFromJsonAsync<JsonElement>("/api/passkeys"))[0].GetProperty("lastUsedAt").ValueKind.ShouldBe(JsonValueKind.String);
    }

    [Fact]
    public async Task Answers_of_other_keys_other_sites_other_people_and_second_times_are_refused()
    {
        var request = await OpenAsync(StepUp.Passkey);
        using var dan = Client(Person("passkey-dan", "dba"), fresh: true);
        using var eve = Client(Person("passkey-eve", "dba"), fresh: true);
        var key = new SoftPasskey("hoop.test", Origin);
        await RegisterAsync(dan, key);
        await RegisterAsync(eve, new SoftPasskey("hoop.test", Origin));

        var (options, state) = await BeginAsync(dan, "/api/passkeys/challenge", new { requests = new[] { request.RequestId } });
        (await CodeAsync(dan.PostAsJsonAsync("/api/passkeys/proof", new { state, credential = new SoftPasskey("hoop.test", Origin).Get(options) }))).ShouldBe("passkey-refused");
        // A challenge that was answered, rightly or not, is over.
        (await CodeAsync(dan.PostAsJsonAsync("/api/passkeys/proof", new { state, credential = key.Get(options) }))).ShouldBe("not-begun");

        (options, state) = await BeginAsync(dan, "/api/passkeys/challenge", new { requests = new[] { request.RequestId } });
        (await CodeAsync(eve.PostAsJsonAsync("/api/passkeys/proof", new { state, credential = key.Get(options) }))).ShouldBe("not-begun");
        (await CodeAsync(dan.PostAsJsonAsync("/api/passkeys/proof", new { state = state + "x", credential = key.Get(options) }))).ShouldBe("not-begun");

        var elsewhere = new SoftPasskey("hoop.test", "https://hoop.test.evil.example");
        (options, state) = await BeginAsync(dan, "/api/passkeys/options", new { });
        (await CodeAsync(dan.PostAsJsonAsync("/api/passkeys", new { state, credential = elsewhere.Create(options) }))).ShouldBe("passkey-refused");
    }

    [Fact]
    public async Task Passkeys_change_hands_only_after_a_fresh_sign_in_and_agents_have_none()
    {
        using var stale = Client(Person("passkey-fay", "dba"), fresh: false);
        (await CodeAsync(stale.PostAsJsonAsync("/api/passkeys/options", new { }))).ShouldBe("sign-in-needed");
        using var agent = Client(Agent, fresh: true);
        (await agent.PostAsJsonAsync("/api/passkeys/options", new { })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        using var fay = Client(Person("passkey-fay", "dba"), fresh: true);
        await RegisterAsync(fay, new SoftPasskey("hoop.test", Origin));
        var id = (await fay.GetFromJsonAsync<JsonElement>("/api/passkeys"))[0].GetProperty("id").GetString();
        (await CodeAsync(stale.DeleteAsync($"/api/passkeys/{id}"))).ShouldBe("sign-in-needed");
        using var gus = Client(Person("passkey-gus", "dba"), fresh: true);
        (await CodeAsync(gus.DeleteAsync($"/api/passkeys/{id}"))).ShouldBe("not-found");
        (await fay.DeleteAsync($"/api/passkeys/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await fay.GetFromJsonAsync<JsonElement>("/api/passkeys")).GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_fresh_sign_in_is_at_most_five_minutes_old()
    {
        var request = await OpenAsync(StepUp.Fresh);
        using var stale = Client(Bea, fresh: false);
        using var fresh = Client(Bea, fresh: true);

        (await CodeAsync(stale.PostAsJsonAsync($"/api/requests/{request.RequestId}/approve", new { }))).ShouldBe("sign-in-needed");
        (await fresh.PostAsJsonAsync($"/api/requests/{request.RequestId}/approve", new { })).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_reason_of_a_megabyte_is_refused_in_one_line_and_on_record()
    {
        var request = await OpenAsync(StepUp.None);
        using var bea = Client(Bea, fresh: true);

        (await CodeAsync(bea.PostAsJsonAsync($"/api/requests/{request.RequestId}/deny", new { reason = new string('x', 1 << 20) }))).ShouldBe("reason-too-long");
        (await rig.DecisionsAsync(request.RequestId)).ShouldContain(d => d.Kind == "vote-refused" && d.Code == "reason-too-long" && d.ActorName == "bea");
    }

    private Task<ApprovalRequested> OpenAsync(StepUp stepUp) =>
        rig.OpenAsync(Request(rig.World.Of(Agent)) with { Requirements = [Needs(1) with { StepUp = stepUp }] });

    private static async Task RegisterAsync(HttpClient client, SoftPasskey key)
    {
        var (options, state) = await BeginAsync(client, "/api/passkeys/options", new { });
        using var answer = await client.PostAsJsonAsync("/api/passkeys", new { state, credential = key.Create(options), name = "laptop" });
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> ProveAsync(HttpClient client, SoftPasskey key, ApprovalRequested request)
    {
        var (options, state) = await BeginAsync(client, "/api/passkeys/challenge", new { requests = new[] { request.RequestId } });
        using var answer = await client.PostAsJsonAsync("/api/passkeys/proof", new { state, credential = key.Get(options) });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("proof").GetString()!;
    }

    private static async Task<(JsonElement Options, string State)> BeginAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var begun = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (begun.GetProperty("options"), begun.GetProperty("state").GetString()!);
    }

    private static async Task<string?> CodeAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
    }

    private HttpClient Client(Principal principal, bool fresh)
    {
        var client = _instance.CreateClient();
        var now = TimeProvider.System.GetUtcNow();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", rig.World.AccessToken(principal with { AuthenticatedAt = fresh ? now : now.AddMinutes(-6) }));
        return client;
    }
}
