using System.Net.Sockets;
using System.Text;
using Hoop.EndToEnd.Tests.Support;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests;

/// <summary>Bad input: one clear line each, no stack trace, and others go on.</summary>
public class BadInputTests(DemoSystem hoop)
{
    [Theory]
    [InlineData("not-a-token", "not an OIDC access token")]
    [InlineData("", "password")]
    public async Task A_password_that_is_no_token_is_refused_in_one_line(string password, string said)
    {
        var result = await hoop.PsqlAsync("select 1", password: password);
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain(said);
        result.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_token_of_another_issuer_is_refused()
    {
        await using var issuer = await Hoop.Testing.FakeIssuer.StartAsync();
        var result = await hoop.PsqlAsync("select 1", password: issuer.Token());
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("issuer");
    }

    [Fact]
    public async Task A_token_with_a_changed_claim_is_refused()
    {
        var parts = (await hoop.TokenAsync()).Split('.');
        var claims = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1])).Replace("agents", "dba", StringComparison.Ordinal);
        var forged = $"{parts[0]}.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.{parts[2]}";
        var result = await hoop.PsqlAsync("select 1", password: forged);
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("signature");
    }

    [Fact]
    public async Task An_unknown_target_is_refused()
    {
        var result = await hoop.PsqlAsync("select 1", target: "nowhere");
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("nowhere");
    }

    [Fact]
    public async Task A_statement_over_the_limit_is_refused_and_the_connection_goes_on()
    {
        var result = await hoop.PsqlAsync($"select 1 /* {new string('x', 9 << 20)} */;\nselect 'goes on';\n");
        result.Error.ShouldContain("ERROR:");
        result.Output.ShouldContain("goes on");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("\0\0\0\u0001garbage")]
    [InlineData("\u007f\u007f\u007f\u007fgarbage")]
    public async Task Garbage_ends_only_its_own_connection(string garbage)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(hoop.Host, hoop.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(garbage));
        var answer = new MemoryStream();
        await stream.CopyToAsync(answer).WaitAsync(TimeSpan.FromSeconds(20));

        Encoding.UTF8.GetString(answer.ToArray()).ShouldNotContain("   at ");
        (await hoop.PsqlAsync("select 'others go on'")).Output.ShouldContain("others go on");
    }

    [Fact]
    public async Task Five_hundred_silent_connections_do_not_stop_others()
    {
        var silent = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 500; i++)
            {
                var client = new TcpClient();
                await client.ConnectAsync(hoop.Host, hoop.Port);
                silent.Add(client);
            }
            (await hoop.PsqlAsync("select 'others go on'")).Output.ShouldContain("others go on");
        }
        finally
        {
            silent.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task A_policy_with_three_mistakes_is_answered_with_three_lines()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, """
                version: 1
                targets:
                  shop: { protocol: postgres, address: "127.0.0.1:5432", credential: { username: a, password: hunter2 } }
                roles:
                  agent: { groups: [agents] }
                policies:
                  - { name: read, roles: [agnet], targets: [shop], allow: { verbs: [select], objects: [public.*] } }
                  - { name: both, roles: [agent], targets: [shop], allow: { verbs: [insert] }, block: { effects: [destructiv] } }
                """);
            var result = await Command.RunAsync(Repository.File("hoop"), ["policy", "check", file]);
            result.ExitCode.ShouldBe(1, result.ToString());
            var lines = result.All.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.Contains("line ") || System.Text.RegularExpressions.Regex.IsMatch(line, @":\d+")).ToList();
            lines.Count.ShouldBeGreaterThanOrEqualTo(3, result.ToString());
            result.All.ShouldNotContain("hunter2");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line()
    {
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port.ToString();
        var data = Directory.CreateTempSubdirectory("hoop-port-");
        try
        {
            var result = await Command.RunAsync(Repository.File("run"), [], new Dictionary<string, string?> { ["HOOP_PORT_POSTGRES"] = port, ["HOOP_DATA"] = data.FullName }, seconds: 120);
            result.ExitCode.ShouldNotBe(0);
            result.All.ShouldContain(port);
            result.All.ShouldContain("HOOP_PORT_POSTGRES");
            result.All.ShouldNotContain("   at ");
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }
}
