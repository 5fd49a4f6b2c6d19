using System.Security.Cryptography;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Identity;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Hoop.ServiceDefaults.Tests.Identity;

public sealed class TokenValidatorTests : TokenTests
{
    [Fact]
    public async Task A_good_token_names_its_principal()
    {
        var result = await Validate(issuer.Token(new { preferred_username = "Reports", act = new { sub = "ana", act = new { sub = "bea" } } }));

        result.Error.ShouldBeNull();
        result.Principal!.Name.ShouldBe("Reports");
        result.Principal.Kind.ShouldBe("agent");
        result.Principal.Groups.ShouldBe(["agents"]);
        result.Principal.Actors.ShouldBe([$"{issuer.Url}|ana", $"{issuer.Url}|bea"]);
    }

    [Fact]
    public async Task Whoever_the_issuer_does_not_call_human_is_no_person() =>
        (await Validate(issuer.Token(new { client_kind = (string?)null }))).Principal!.Kind.ShouldBe("agent");

    [Theory]
    [InlineData("""{"exp": 1893455000}""", "expired at 2029-12-31")]
    [InlineData("""{"exp": null}""", "no expiry")]
    [InlineData("""{"exp": "1893457000"}""", "no expiry")]
    [InlineData("""{"aud": "another"}""", "another audience")]
    [InlineData("""{"aud": null}""", "another audience")]
    [InlineData("""{"aud": ["x", "y"]}""", "another audience")]
    [InlineData("""{"iss": "https://evil.example"}""", "issuer that hoop.yaml does not name")]
    [InlineData("""{"nbf": 1893459000}""", "not valid before")]
    [InlineData("""{"sub": null}""", "no subject")]
    [InlineData("""{"act": "ana"}""", "'act' claim")]
    [InlineData("""{"act": ["ana"]}""", "'act' claim")]
    [InlineData("""{"act": true}""", "'act' claim")]
    [InlineData("""{"act": {"sub": "ana", "act": "bea"}}""", "'act' claim")]
    public async Task Wrong_claims_are_refused_with_their_reason(string changes, string reason)
    {
        var result = await Validate(issuer.Token(System.Text.Json.JsonSerializer.Deserialize<object>(changes)));

        result.Principal.ShouldBeNull();
        result.Error.ShouldNotBeNull().ShouldContain(reason);
        result.Error!.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("none")]
    [InlineData("HS256")]
    [InlineData("ES256K")]
    [InlineData("es256")]
    [InlineData("RS256")]
    public async Task Another_algorithm_than_the_keys_own_is_refused(string algorithm) =>
        (await Validate(issuer.Token(algorithm: algorithm))).Principal.ShouldBeNull();

    [Fact]
    public async Task Another_keys_signature_is_refused() =>
        (await Validate(issuer.Token(signedBy: ECDsa.Create(ECCurve.NamedCurves.nistP256)))).Error!.ShouldContain("signature");

    [Fact]
    public async Task An_id_token_type_is_refused() =>
        (await Validate(issuer.Token(type: "secevent+jwt"))).Error!.ShouldContain("not an access token");

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.e30")]
    [InlineData("....")]
    public async Task Garbage_is_refused(string token) => (await Validate(token)).Principal.ShouldBeNull();

    [Fact]
    public async Task An_oversize_token_is_refused() => (await Validate(new string('a', 20_000))).Principal.ShouldBeNull();

    [Fact]
    public async Task A_token_that_was_accepted_is_refused_once_it_expired()
    {
        var token = issuer.Token();
        (await Validate(token)).Principal.ShouldNotBeNull();
        clock.Advance(TimeSpan.FromMinutes(16));
        (await Validate(token)).Error!.ShouldContain("expired");
    }

    [Fact]
    public async Task A_token_that_was_accepted_is_refused_once_its_issuer_is_not_named_any_more()
    {
        var token = issuer.Token();
        (await Validate(token)).Principal.ShouldNotBeNull();
        documents.Set(new HoopDocument { Version = 2 });
        (await Validate(token)).Principal.ShouldBeNull();
    }

    [Fact]
    public async Task New_keys_are_fetched_but_made_up_key_ids_do_not_hammer_the_issuer()
    {
        (await Validate(issuer.Token())).Principal.ShouldNotBeNull();
        for (var i = 0; i < 20; i++) (await Validate(issuer.Token(new { jti = i }, keyIdInHeader: "made-up"))).Principal.ShouldBeNull();
        issuer.KeyRequests.ShouldBe(1);

        clock.Advance(TimeSpan.FromSeconds(11));
        issuer.RotateKey();
        (await Validate(issuer.Token(new { jti = "after" }))).Principal.ShouldNotBeNull();
        issuer.KeyRequests.ShouldBe(2);
    }

    [Fact]
    public async Task Whoever_waits_for_an_issuer_that_does_not_answer_is_told_with_the_first()
    {
        var silent = new SilentIssuer();
        var http = new ServiceCollection().AddHttpClient(nameof(TokenValidator)).ConfigurePrimaryHttpMessageHandler(() => silent).Services.BuildServiceProvider();
        var patient = new TokenValidator(documents, http.GetRequiredService<IHttpClientFactory>(), clock);
        var waiting = Enumerable.Range(0, 5).Select(i => patient.ValidateAsync(issuer.Token(new { jti = i }), CancellationToken.None).AsTask()).ToList();
        silent.GiveUp.SetResult();

        foreach (var told in await Task.WhenAll(waiting)) told.Error.ShouldNotBeNull().ShouldContain("keys could not be read");
        silent.Asked.ShouldBe(1);
        clock.Advance(TimeSpan.FromSeconds(1));
        (await patient.ValidateAsync(issuer.Token(), CancellationToken.None)).Principal.ShouldBeNull();
        silent.Asked.ShouldBe(2);
    }

    [Fact]
    public async Task Known_keys_outlive_an_issuer_that_is_down_for_a_day()
    {
        var tokens = Enumerable.Range(0, 3).Select(i => issuer.Token(new { jti = i, exp = clock.GetUtcNow().AddDays(2).ToUnixTimeSeconds() })).ToList();
        (await Validate(tokens[0])).Principal.ShouldNotBeNull();
        await issuer.DisposeAsync();
        clock.Advance(TimeSpan.FromHours(23));
        (await Validate(tokens[1])).Principal.ShouldNotBeNull();
        clock.Advance(TimeSpan.FromHours(2));
        (await Validate(tokens[2])).Error.ShouldNotBeNull().ShouldContain("keys could not be read");
    }

    [Fact]
    public async Task With_no_policy_every_token_is_refused()
    {
        var http = new ServiceCollection().AddHttpClient().BuildServiceProvider().GetRequiredService<IHttpClientFactory>();
        (await new TokenValidator(new HoopDocuments(), http, clock).ValidateAsync(issuer.Token(), CancellationToken.None)).Principal.ShouldBeNull();
    }

    /// <summary>Takes requests and answers none, until it gives up.</summary>
    private sealed class SilentIssuer : HttpMessageHandler
    {
        private int asked;

        public int Asked => asked;
        public TaskCompletionSource GiveUp { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref asked);
            await GiveUp.Task;
            throw new HttpRequestException("no answer");
        }
    }
}
