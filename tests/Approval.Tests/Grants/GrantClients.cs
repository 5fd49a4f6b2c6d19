using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Identity;
using Hoop.Testing;
using Shouldly;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Grants;

/// <summary>What the tests of grants do again and again.</summary>
internal static class GrantClients
{
    internal static readonly GrantOffer Offer = new(TimeSpan.FromHours(1), [GrantScope.Fingerprint, GrantScope.Role], ["dba"], GrantValues.Bounded);

    internal static GrantTerms Window(TimeSpan? time = null) => new(time ?? TimeSpan.FromMinutes(30), GrantScope.Fingerprint, null, GrantValues.Same, []);

    /// <summary>A request that may be granted for a while, asked by the agent as the rig's identity provider knows it.</summary>
    internal static ApprovalRequested Offering(this SagaRig rig, int needed = 1) => Request(rig.World.Of(Agent), needed) with { Offer = Offer };

    internal static async Task<ApprovalRequested> GrantedAsync(this SagaRig rig, GrantTerms? terms = null)
    {
        var request = await rig.OpenAsync(rig.Offering());
        (await rig.Ingress.VoteAsync(Approve(request, Bea) with { Grant = terms ?? Window() })).Code.ShouldBe("approved");
        return request;
    }

    internal static HttpClient Client(this SagaRig rig, Principal principal)
    {
        var client = rig.One.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", rig.World.AccessToken(principal));
        return client;
    }

    /// <summary>The windows as an Ingress pulls them.</summary>
    internal static async Task<IReadOnlyList<GrantOpened>> OpenGrantsAsync(this SagaRig rig)
    {
        using var client = rig.Other.CreateDefaultClient(new SigningHandler("test-internal-key"));
        return (await client.GetFromJsonAsync<OpenGrants>("/internal/grants"))!.Grants;
    }

    internal static async Task<JsonElement> GrantAsync(this HttpClient client, Guid id) => await client.GetFromJsonAsync<JsonElement>($"/api/grants/{id}");

    internal static Task<HttpResponseMessage> RevokeAsync(this HttpClient client, Guid id, string? reason = "no longer needed") =>
        client.PostAsJsonAsync($"/api/grants/{id}/revoke", new { reason });

    /// <summary>The problem's code, after checking that it is one with a one-line detail.</summary>
    internal static async Task<string> ProblemAsync(this Task<HttpResponseMessage> asked, HttpStatusCode status)
    {
        using var answer = await asked;
        answer.StatusCode.ShouldBe(status);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("detail").GetString().ShouldNotBeNullOrWhiteSpace();
        problem.GetProperty("detail").GetString()!.ShouldNotContain("\n");
        return problem.GetProperty("code").GetString()!;
    }

    internal static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
