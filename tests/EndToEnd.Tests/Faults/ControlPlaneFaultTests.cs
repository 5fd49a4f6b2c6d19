using System.Net.Http.Headers;
using System.Text.Json;
using Hoop.EndToEnd.Tests.Support;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests.Faults;

/// <summary>Policy, Masking or Approval is away: what was decided before goes on, and nothing passes that they did not agree to.</summary>
[Collection(FaultCollection.Name)]
public sealed class ControlPlaneFaultTests(FaultSystem hoop)
{
    [Fact]
    public async Task With_policy_and_masking_down_ingress_restarts_from_its_last_documents()
    {
        await hoop.ReadsAsync();
        await using (await hoop.WithoutAsync("policy", "masking"))
        {
            hoop.ProcessOf("ingress").Kill();
            await hoop.ReadsAsync();
            var psql = await hoop.PsqlAsync("select name, ssn from customers where id = 1;\ndrop table orders;\n");
            psql.Output.ShouldNotBeEmpty();
            Leaks.ShouldHaveNone(psql.All);
            psql.Error.ShouldContain("nobody-destroys");
        }
    }

    [Fact]
    public async Task With_masking_down_a_new_policy_waits_for_its_masks()
    {
        const string Concerned = "select 1 from public.not_there;\n";
        await hoop.ReadsAsync();
        await using (await hoop.WithoutAsync("masking"))
        {
            var before = await PolicyVersionAsync();
            await hoop.AddRuleAsync("""{ name: new-rule, roles: [agent], targets: [shop], block: { verbs: [select], objects: [public.not_there] } }""");
            await Eventually.TrueAsync(async () => await PolicyVersionAsync() > before);
            (await hoop.PsqlAsync(Concerned)).Error.ShouldContain("does not exist");
        }

        await Eventually.SeenAsync(() => hoop.PsqlAsync(Concerned), psql => psql.Error.Contains("new-rule", StringComparison.Ordinal), seconds: 60);
    }

    [Fact]
    public async Task With_approval_down_what_needs_a_person_waits_and_is_decided_when_it_is_back()
    {
        await hoop.ReadsAsync();
        await using var psql = await hoop.StartPsqlAsync();
        await using (await hoop.WithoutAsync("approval"))
        {
            await psql.SendAsync("select 'goes on';\nupdate orders set status = status where id = 42 /* fault-4 */;\n");
            await psql.SawAsync("goes on");
            await psql.SawAsync("waiting for approval");
        }

        await hoop.AnswersAsync("requests", "list", "--as", "bea");
        var request = await hoop.PendingRequestAsync("fault-4");
        (await hoop.CliAsync("requests", "approve", request, "--as", "bea")).ExitCode.ShouldBe(0);
        await psql.SawAsync("UPDATE 1");
    }

    [Fact]
    public async Task An_expired_request_is_refused_with_its_own_reason()
    {
        await hoop.ReadsAsync();
        var result = await hoop.PsqlAsync("delete from order_items where order_id = 1 /* fault-0 */;\n");
        result.Error.ShouldContain("nobody decided in time", Case.Sensitive, result.ToString());
    }

    private async Task<long> PolicyVersionAsync()
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await hoop.TokenAsync("bea"));
        var status = JsonDocument.Parse(await http.GetStringAsync(new Uri(hoop.Endpoints.GetProperty("services").GetProperty("policy").GetString() + "/documents/status"))).RootElement;
        return status.GetProperty("active").GetProperty("version").GetInt64();
    }
}
