using System.Text.Json;
using Shouldly;
using Xunit;

namespace Hoop.Cli.Tests.Commands;

public sealed class RequestsTests
{
    private const string Id = "0b6f6f0e-7f43-4a57-8e0a-6a1f1f3f9a11";

    private static readonly object Request = new
    {
        id = Id, state = "pending", requester = new { name = "reporting-agent", actors = Array.Empty<string>() }, target = "shop",
        statement = "delete from orders\nwhere id = $1 \u001b[31m", bindValues = new[] { "1", null }, effects = new[] { "write" }, why = "policy \"agents-change\" asks for approval",
        requestedAt = "2030-01-01T00:00:00Z", estimatedRows = 1.0, link = "http://127.0.0.1/requests/" + Id,
    };

    [Fact]
    public async Task List_asks_for_pending_requests_as_the_person()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/requests"] = (200, new[] { Request });
        var (code, output, _) = await rig.RunAsync("requests", "list", "--as", "bea");
        code.ShouldBe(0);
        rig.Asked.ShouldBe([("GET /api/requests?state=pending", "Bearer token-of-bea", "")]);
        output.ShouldContain(Id);
        output.ShouldContain("delete from orders where id = $1 ·[31m");
        output.ShouldNotContain('\u001b');
    }

    [Fact]
    public async Task List_as_json_is_the_array_as_it_came()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/requests"] = (200, new[] { Request });
        var (_, output, _) = await rig.RunAsync("requests", "list", "--state", "all", "--as", "bea", "--json");
        JsonDocument.Parse(output).RootElement[0].GetProperty("id").GetString().ShouldBe(Id);
        rig.Asked.Single().Request.ShouldBe("GET /api/requests?state=all");
    }

    [Fact]
    public async Task An_empty_list_says_so()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/requests"] = (200, Array.Empty<object>());
        (await rig.RunAsync("requests", "list", "--as", "bea")).Out.Trim().ShouldBe("No requests.");
        (await rig.RunAsync("requests", "list", "--as", "bea", "--json")).Out.Trim().ShouldBe("[]");
    }

    [Fact]
    public async Task Show_tells_what_an_approver_needs()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers[$"GET /api/requests/{Id}"] = (200, Request);
        var (code, output, _) = await rig.RunAsync("requests", "show", Id, "--as", "bea");
        code.ShouldBe(0);
        output.ShouldContain("statement     delete from orders\n              where id = $1 ·[31m");
        output.ShouldContain("values        1, NULL");
        output.ShouldContain("who           reporting-agent");
    }

    [Fact]
    public async Task Approve_and_deny_send_the_reason()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers[$"POST /api/requests/{Id}/approve"] = (200, new { id = Id, code = "counted", message = "Approved; it runs now.", state = "approved" });
        rig.Answers[$"POST /api/requests/{Id}/deny"] = (200, new { id = Id, code = "counted", message = "Denied.", state = "denied" });
        (await rig.RunAsync("requests", "approve", Id, "--as", "bea")).Out.Trim().ShouldBe("Approved; it runs now.");
        (await rig.RunAsync("requests", "deny", Id, "--reason", "not on a Friday", "--as", "bea")).Out.Trim().ShouldBe("Denied.");
        rig.Asked.Select(a => a.Body).ShouldBe(["{\"reason\":null,\"maxRows\":null,\"grant\":null,\"proof\":null}", "{\"reason\":\"not on a Friday\"}"]);
    }

    [Fact]
    public async Task Deny_without_a_reason_is_a_usage_error()
    {
        await using var rig = await CliRig.StartAsync();
        var (code, _, error) = await rig.RunAsync("requests", "deny", Id, "--as", "bea");
        code.ShouldBe(2);
        error.Trim().ShouldBe("hoop: Option '--reason' is required. See hoop requests deny --help.");
        rig.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(403, "You asked for this yourself; somebody else must decide.", 1)]
    [InlineData(409, "The request was withdrawn.", 1)]
    [InlineData(503, "The approval service does not answer.", 3)]
    public async Task A_refusal_is_one_line(int status, string detail, int expected)
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers[$"POST /api/requests/{Id}/approve"] = (status, detail);
        var (code, output, error) = await rig.RunAsync("requests", "approve", Id, "--as", "bea");
        code.ShouldBe(expected);
        output.ShouldBeEmpty();
        error.ShouldBe($"hoop: {detail}{Environment.NewLine}");
    }

    [Fact]
    public async Task What_is_not_there_is_exit_code_one()
    {
        await using var rig = await CliRig.StartAsync();
        var (code, _, error) = await rig.RunAsync("requests", "show", "../../token", "--as", "bea");
        code.ShouldBe(1);
        error.Trim().ShouldBe("hoop: There is no such request.");
        rig.Asked.Single().Request.ShouldStartWith("GET /api/requests/");
    }
}
