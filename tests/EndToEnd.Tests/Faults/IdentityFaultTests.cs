using Hoop.EndToEnd.Tests.Support;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.EndToEnd.Tests.Faults;

/// <summary>The identity provider is away: whose tokens can be checked go on, others are refused and told why.</summary>
[Collection(FaultCollection.Name)]
public sealed class IdentityFaultTests(FaultSystem hoop)
{
    [Fact]
    public async Task With_the_identity_provider_down_known_keys_go_on_and_what_can_not_be_checked_is_refused()
    {
        await hoop.ReadsAsync();
        var inHand = await hoop.TokenAsync();
        SecondIngress fresh;
        await using (await hoop.WithoutAsync("identity"))
        {
            (await hoop.PsqlAsync("select 'keys are known'")).Output.ShouldContain("keys are known");
            (await hoop.CliAsync("token", "--as", "reporting-agent")).ExitCode.ShouldNotBe(0);

            // One that has never heard from this provider; another issuer's tokens are good there all the same.
            fresh = await SecondIngress.StartAsync(hoop, token: hoop.Issuer.Token());
            var refused = await Should.ThrowAsync<PostgresException>(() => fresh.ConnectAsync(inHand));
            refused.SqlState.ShouldBe("28P01");
            refused.Detail.ShouldNotBeNull().ShouldContain("keys could not be read");
        }

        await using (fresh)
            await Eventually.TrueAsync(() => OpensAsync(fresh, inHand));
    }

    private static async Task<bool> OpensAsync(SecondIngress ingress, string token)
    {
        try
        {
            await using var connection = await ingress.ConnectAsync(token);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == "28P01")
        {
            return false;
        }
    }
}
