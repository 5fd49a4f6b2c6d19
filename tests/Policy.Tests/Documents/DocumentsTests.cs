using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;
using Npgsql;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Policy.Tests.Documents;

public sealed class DocumentsTests
{
    [Fact]
    public async Task The_file_is_loaded_served_and_announced()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);
        var document = await rig.CurrentAsync();
        document.Version.ShouldBe(1);
        document.Policies.Single().Name.ShouldBe("agents-read");
        document.Issuers.Single().ShouldSatisfyAllConditions(i => i.Url.ShouldBe(rig.Issuer.Url), i => i.Audience.ShouldBe("hoop"));
        (await rig.NextAnnouncedAsync()).ShouldBe(new PolicyActivated(1, document.Digest));
    }

    [Fact]
    public async Task A_restart_with_the_same_file_keeps_the_version_and_announces_it_again()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);
        await rig.NextAnnouncedAsync();
        await rig.StartServiceAsync(withFile: true);
        (await rig.NextAnnouncedAsync()).Version.ShouldBe(1);
        (await rig.CurrentAsync()).Version.ShouldBe(1);
    }

    [Fact]
    public async Task Without_file_and_versions_there_is_nothing_to_pull()
    {
        await using var rig = await PolicyRig.StartAsync(null);
        (await rig.Service().GetAsync("/documents/current")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await rig.Anonymous().BecomesHealthyAsync();
    }

    [Fact]
    public async Task A_policy_editor_activates_a_new_version()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);
        await rig.NextAnnouncedAsync();
        var answer = await rig.Bea().PostAsync("/documents", PolicyRig.Body(Samples.Stricter));
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await rig.CurrentAsync()).ShouldSatisfyAllConditions(d => d.Version.ShouldBe(2), d => d.Policies.Single().MaxRows.ShouldBe(10));
        (await rig.NextAnnouncedAsync()).Version.ShouldBe(2);

        var history = await rig.Bea().GetFromJsonAsync<JsonElement>("/documents");
        history[0].GetProperty("by").GetString().ShouldBe($"{rig.Issuer.Url}|bea");
        history[1].GetProperty("source").GetString().ShouldBe("file");
        (await rig.Bea().GetStringAsync("/documents/2")).ShouldBe(Samples.Stricter);
    }

    [Fact]
    public async Task The_same_document_again_is_no_new_version()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);
        (await rig.Bea().PostAsync("/documents", PolicyRig.Body(Samples.First))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await rig.QueryAsync<long>("SELECT count(*) FROM policy.versions")).ShouldBe(1);
    }

    [Fact]
    public async Task Every_mistake_is_answered_and_nothing_changes()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);
        foreach (var path in new[] { "/documents", "/documents/check" })
        {
            var answer = await rig.Bea().PostAsync(path, PolicyRig.Body(Samples.ThreeMistakes));
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("line").GetInt32()).ShouldBe([3, 7, 7]);
        }
        (await rig.CurrentAsync()).Version.ShouldBe(1);
        (await rig.Bea().PostAsync("/documents/check", PolicyRig.Body(Samples.Stricter))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await rig.CurrentAsync()).Version.ShouldBe(1);
    }

    [Fact]
    public async Task Only_people_with_the_role_may_edit_or_look_and_only_services_pull()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);
        var ana = rig.As("ana", "engineers");
        var agent = rig.As("clever-agent", "dba", kind: "agent");
        foreach (var client in new[] { ana, agent })
        {
            (await client.PostAsync("/documents", PolicyRig.Body(Samples.Stricter))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await client.GetAsync("/documents")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await client.GetAsync("/documents/1")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await client.GetAsync("/documents/status")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await client.GetAsync("/documents/current")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }
        (await rig.Service().GetAsync("/documents/1")).StatusCode.ShouldBe(HttpStatusCode.OK);
        // A service's signature opens what services ask for, and nobody is acted for.
        var bea = new Principal(rig.Issuer.Url, "bea", "bea", "human", ["dba"], []);
        foreach (var service in new[] { rig.Service(), rig.Service(bea) })
        {
            (await service.PostAsync("/documents", PolicyRig.Body(Samples.Stricter))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            (await service.PostAsync("/documents/check", PolicyRig.Body("x"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            foreach (var path in new[] { "/documents", "/documents/status" }) (await service.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
        foreach (var path in new[] { "/documents/current", "/documents/1" }) (await rig.Service(bea).GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        foreach (var path in new[] { "/documents", "/documents/current", "/documents/1", "/documents/status" })
            (await rig.Anonymous().GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await rig.Anonymous().PostAsync("/documents/check", PolicyRig.Body("x"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await rig.CurrentAsync()).Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_document_over_one_mebibyte_is_refused()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);
        (await rig.Bea().PostAsync("/documents/check", PolicyRig.Body(new string('#', 1024 * 1024 + 1)))).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Stored_versions_cannot_be_changed()
    {
        await using var rig = await PolicyRig.StartAsync(Samples.First);
        foreach (var sql in new[] { "UPDATE policy.versions SET yaml = ''", "DELETE FROM policy.versions", "TRUNCATE policy.versions" })
            (await Should.ThrowAsync<PostgresException>(() => rig.QueryAsync<long>(sql))).MessageText.ShouldBe("policy.versions is append-only");
    }
}
