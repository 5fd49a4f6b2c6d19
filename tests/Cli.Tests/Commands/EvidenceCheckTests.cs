using System.Text;
using Shouldly;
using Xunit;

namespace Hoop.Cli.Tests.Commands;

public sealed class EvidenceCheckTests
{
    [Theory]
    [InlineData("""{"ok":true,"sessions":2,"events":12,"logSize":4,"incomplete":1,"found":0,"problems":[]}""", 0, "✓ intact: 12 events of 2 sessions, 4 entries of the signed log")]
    [InlineData("""{"ok":false,"sessions":2,"events":12,"logSize":4,"found":1,"problems":[{"session":"s1","sequence":3,"message":"event 3 was changed"}]}""", 1, "session s1: event 3 was changed")]
    [InlineData("""{"ok":true,"sessions":2,"events":12,"logSize":4,"incomplete":0,"refused":{"count":3,"newest":"event 1 of session s"},"found":0,"problems":[]}""", 0, "3 events were refused and kept as evidence of tampering, the newest event 1 of session s")]
    public async Task The_report_is_told_and_is_the_exit_code(string report, int code, string says)
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/evidence/check"] = (200, Encoding.UTF8.GetBytes("{\"events\":0}\n" + report + "\n"));
        var result = await rig.RunAsync("evidence", "check", "--as", "bea");

        result.Code.ShouldBe(code);
        result.Out.ShouldContain(says);
    }

    [Fact]
    public async Task A_check_that_was_cut_short_is_no_good_news()
    {
        await using var rig = await CliRig.StartAsync();
        rig.Answers["GET /api/evidence/check"] = (200, Encoding.UTF8.GetBytes("{\"events\":100000}\n"));
        var (code, _, error) = await rig.RunAsync("evidence", "check", "--as", "bea");

        code.ShouldBe(3);
        error.ShouldContain("ended without a report");
    }
}
