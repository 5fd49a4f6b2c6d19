using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Http;
using Shouldly;
using Xunit;

namespace Hoop.ServiceDefaults.Tests.Identity;

public sealed class ServiceSignatureTests
{
    private const string Key = "the internal key", Target = "/api/sessions/s-1?after=3";

    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2030-01-01T00:00:00Z");
    private static readonly Principal Bea = new("https://login.test", "bea-id", "bea", "human", ["dba"], []), Cleo = Bea with { Name = "cleo" };

    [Fact]
    public void It_fits_the_call_that_was_signed_and_holds_no_key()
    {
        var (signature, acting) = Signed(Bea);
        Fits(signature, acting).ShouldBeTrue();
        Fits(Signed(null).Signature, "").ShouldBeTrue();
        signature.ShouldNotContain(Key);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(-60, true)]
    [InlineData(61, false)]
    [InlineData(-61, false)]
    public void It_is_good_for_a_minute(int seconds, bool fits)
    {
        var (signature, acting) = Signed(Bea);
        ServiceSignature.Fits(signature, Key, Now.AddSeconds(seconds), "GET", Target, acting).ShouldBe(fits);
    }

    [Fact]
    public void It_fits_no_other_method_path_query_principal_time_or_key()
    {
        var (signature, acting) = Signed(Bea);
        ServiceSignature.Fits(signature, Key, Now, "POST", Target, acting).ShouldBeFalse();
        ServiceSignature.Fits(signature, Key, Now, "GET", "/api/sessions/s-1/kill", acting).ShouldBeFalse();
        ServiceSignature.Fits(signature, Key, Now, "GET", "/api/sessions/s-1?after=4", acting).ShouldBeFalse();
        ServiceSignature.Fits(signature, "another key", Now, "GET", Target, acting).ShouldBeFalse();
        Fits(signature, Signed(Cleo).Acting).ShouldBeFalse();
        Fits(signature, "").ShouldBeFalse();
        Fits($"{Now.ToUnixTimeSeconds() + 1}.{signature.Split('.')[1]}", acting).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("the internal key")]
    [InlineData(".")]
    [InlineData("1893456000.")]
    [InlineData("1893456000.%%%")]
    [InlineData("-1.AAAA")]
    [InlineData("9223372036854775807.AAAA")]
    [InlineData("1893456000.AAAA.AAAA")]
    public void Anything_else_is_none(string given) => Fits(given, "").ShouldBeFalse();

    [Fact]
    public void Without_a_key_nothing_fits()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://audit" + Target);
        request.Sign("", Now);
        ServiceSignature.Fits(request.Headers.GetValues(ServiceSignature.Header).Single(), "", Now, "GET", Target, "").ShouldBeFalse();
    }

    private static bool Fits(string signature, string acting) => ServiceSignature.Fits(signature, Key, Now, "GET", Target, acting);

    private static (string Signature, string Acting) Signed(Principal? principal)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://audit" + Target);
        if (principal is not null) request.ActFor(principal);
        request.Sign(Key, Now);
        return (request.Headers.GetValues(ServiceSignature.Header).Single(), request.Headers.TryGetValues(ServiceSignature.PrincipalHeader, out var acting) ? acting.Single() : "");
    }
}
