using System.Text.Json;
using Shouldly;
using Xunit;

namespace Hoop.Cli.Tests.Commands;

public sealed class VotingTests
{
    private const string Id = "0b6f6f0e-7f43-4a57-8e0a-6a1f1f3f9a11";
    private static readonly (int, object) Counted = (200, new { id = Id, code = "approved", message = "Approved.", state = "approved" });

    [Fact]
    public async Task Approve_takes_a_limit_and_a_window()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers[$"POST /api/requests/{Id}/approve"] = Counted;

        var (code, output, _) = await rig.RunAsync("requests", "approve", Id, "--up-to", "10", "--for", "30m", "--bound", "1=1..100", "--bound", "2=a,b", "--bound", "3=..5.5", "--as", "bea");

        code.ShouldBe(0);
        output.Trim().ShouldBe("Approved.");
        var body = JsonDocument.Parse(rig.Asked.Single().Body).RootElement;
        body.GetProperty("maxRows").GetInt64().ShouldBe(10);
        var grant = body.GetProperty("grant");
        (grant.GetProperty("for").GetString(), grant.GetProperty("scope").GetString()).ShouldBe(("30m", "fingerprint"));
        grant.GetProperty("bounds").EnumerateArray().Select(bound => bound.GetRawText()).ShouldBe(
            ["""{"parameter":1,"from":1,"to":100}""", """{"parameter":2,"oneOf":["a","b"]}""", """{"parameter":3,"from":null,"to":5.5}"""]);
    }

    [Fact]
    public async Task Approve_grants_a_role_for_a_while()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers[$"POST /api/requests/{Id}/approve"] = Counted;
        await rig.RunAsync("requests", "approve", Id, "--for", "1h", "--role", "dba", "--as", "bea");
        var grant = JsonDocument.Parse(rig.Asked.Single().Body).RootElement.GetProperty("grant");
        (grant.GetProperty("scope").GetString(), grant.GetProperty("role").GetString()).ShouldBe(("role", "dba"));
    }

    [Theory]
    [InlineData("--role, --values and --bound are for a while", "--role", "dba")]
    [InlineData("'x' is not a bound", "--for", "1h", "--bound", "x")]
    [InlineData("'1=a..b' is not a bound", "--for", "1h", "--bound", "1=a..b")]
    public async Task Options_that_make_no_sense_ask_nobody(string says, params string[] options)
    {
        await using var rig = await CliRig.StartAsync();
        var (code, _, error) = await rig.RunAsync(["requests", "approve", Id, .. options, "--as", "bea"]);
        code.ShouldBe(2);
        error.ShouldContain(says);
        error.Trim().ShouldNotContain("\n");
        rig.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_asked_withdraws_and_explains()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers[$"POST /api/requests/{Id}/withdraw"] = (200, new { message = "Withdrawn. Nothing ran." });
        rig.Answers[$"POST /api/requests/{Id}/explain"] = (200, new { message = "Added." });
        (await rig.RunAsync("requests", "withdraw", Id, "--as", "bea")).Out.Trim().ShouldBe("Withdrawn. Nothing ran.");
        (await rig.RunAsync("requests", "explain", Id, "--reason", "nightly", "--as", "bea")).Out.Trim().ShouldBe("Added.");
        (await rig.RunAsync("requests", "explain", Id, "--as", "bea")).Code.ShouldBe(2);
        rig.Asked.Select(asked => asked.Body).ShouldBe(["""{"reason":null}""", """{"reason":"nightly"}"""]);
    }

    [Fact]
    public async Task Grants_are_listed_and_revoked_with_a_reason()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/grants"] = (200, new[]
        {
            new { id = Id, state = "active", scope = "role", role = "dba", principal = new { name = "ana" }, target = "shop", expiresAt = "2030-01-01T00:00:00Z", uses = 3, grantedBy = new[] { "bea" } },
        });
        rig.Answers[$"POST /api/grants/{Id}/revoke"] = (200, new { message = "Revoked. What runs on it is being cancelled." });

        var (_, listed, _) = await rig.RunAsync("grants", "list", "--as", "bea");
        listed.ShouldContain(Id);
        listed.ShouldContain("act as dba");
        (await rig.RunAsync("grants", "revoke", Id, "--as", "bea")).Code.ShouldBe(2);
        (await rig.RunAsync("grants", "revoke", Id, "--reason", "done", "--as", "bea")).Out.Trim().ShouldBe("Revoked. What runs on it is being cancelled.");
        (await rig.RunAsync("grants", "list", "--state", "all", "--mine", "--as", "bea", "--json")).Out.ShouldContain("\"role\": \"dba\"");
        rig.Asked.Select(asked => asked.Request).ShouldBe(["GET /api/grants?state=active", $"POST /api/grants/{Id}/revoke", "GET /api/grants?state=all&mine=true"]);
    }

    [Fact]
    public async Task Emergencies_are_listed_and_judged()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/reviews"] = (200, new[] { new { id = Id, state = "open", overdue = true, requester = new { name = "ona" }, target = "shop", reason = "stuck", missing = "1 of security" } });
        rig.Answers[$"POST /api/reviews/{Id}"] = (200, new { message = "Reviewed.", state = "reviewed" });
        (await rig.RunAsync("reviews", "list", "--open", "--as", "bea")).Out.ShouldContain("overdue");
        (await rig.RunAsync("reviews", "verdict", Id, "unjustified", "--note", "it was no emergency", "--as", "bea")).Out.Trim().ShouldBe("Reviewed.");
        rig.Asked.Last().Body.ShouldBe("""{"justified":false,"note":"it was no emergency"}""");
    }

    [Fact]
    public async Task Receivers_are_listed_and_tested()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/notifications"] = (200, new[] { new { name = "siem", kind = "webhook", events = new[] { "*" }, waiting = 1, delivered = 2, givenUp = 3, lastError = "it answered 500" } });
        rig.Answers["GET /api/notifications/deliveries"] = (200, Array.Empty<object>());
        rig.Answers["POST /api/notifications/siem/test"] = (202, new { message = "A test is on its way." });
        (await rig.RunAsync("notifications", "list", "--as", "bea")).Out.ShouldContain("it answered 500");
        (await rig.RunAsync("notifications", "deliveries", "--receiver", "siem", "--state", "given-up", "--as", "bea")).Out.Trim().ShouldBe("No deliveries.");
        (await rig.RunAsync("notifications", "test", "siem", "--as", "bea")).Out.Trim().ShouldBe("A test is on its way.");
        rig.Asked.ShouldContain(asked => asked.Request == "GET /api/notifications/deliveries?receiver=siem&state=given-up");
    }
}
