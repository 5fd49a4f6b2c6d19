using Hoop.ServiceDefaults.Identity;
using Shouldly;
using Xunit;

namespace Hoop.ServiceDefaults.Tests.Identity;

/// <summary>Anybody may send a token: whatever it says, it is answered and never thrown over.</summary>
public sealed class TokenProperties : TokenTests
{
    private const string Header = """{"alg":"ES256","kid":"key-1","typ":"at+jwt"}""";
    private const string JunkSignature = "AAAA";

    private static readonly string[] Names =
    [
        "iss", "aud", "sub", "exp", "nbf", "iat", "auth_time", "act", "groups", "client_kind", "preferred_username", "email", "email_verified", "crit", "alg", "kid", "typ", "\\ud800", "",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1.5", "1e400", "-1e400", "253402300798", "253402300798.9999999", "253402300799", "9223372036854775808", "1893457000",
        "\"\"", "\"x\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "[]", "[\"\\ud800\"]", "[1,null,{}]", "{}", "{\"sub\":\"\\ud800\"}", "{\"sub\":1,\"act\":[]}",
        "{\"\\ud800\":1}", "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "\"\u00ff\ud800\"", "nope",
    ];

    [Theory]
    [InlineData("exp", "253402300798")]
    [InlineData("iss", "\"\\ud800\"")]
    [InlineData("sub", "\"\\ud800\"")]
    [InlineData("\\ud800", "1")]
    public async Task A_token_that_nobody_signed_is_refused_whatever_it_claims(string name, string value)
    {
        var claims = Claims();
        claims[name] = value;
        var token = issuer.Sign(Header, Object(claims));

        var result = await Validate(token[..(token.LastIndexOf('.') + 1)] + JunkSignature);

        result.Principal.ShouldBeNull();
        result.Error.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_token_for_as_long_as_time_lasts_is_taken() =>
        (await Validate(issuer.Sign(Header, Object(Claims())))).Principal.ShouldNotBeNull();

    [Fact]
    public async Task Any_claims_are_answered_without_failing()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var (header, claims) = (new Dictionary<string, string> { ["alg"] = "\"ES256\"", ["kid"] = "\"key-1\"" }, Claims());
            Mutate(random, random.Next(4) == 0 ? header : claims);
            Mutate(random, claims);
            var token = issuer.Sign(Object(header), Object(claims));
            if (random.Next(2) == 0) token = token[..(token.LastIndexOf('.') + 1)] + JunkSignature;

            TokenResult result = default;
            await Should.NotThrowAsync(async () => result = await Validate(token), $"seed {seed}: {Object(header)}.{Object(claims)}");

            (result.Principal is null).ShouldBe(result.Error is not null);
        }
    }

    private static void Mutate(Random random, Dictionary<string, string> claims) => claims[Names[random.Next(Names.Length)]] = Values[random.Next(Values.Length)];

    private Dictionary<string, string> Claims() => new()
    {
        ["iss"] = $"\"{issuer.Url}\"", ["aud"] = "\"hoop\"", ["sub"] = "\"reporting-agent\"", ["exp"] = "253402300798", ["groups"] = "[\"agents\"]",
    };

    private static string Object(Dictionary<string, string> members) => $"{{{string.Join(',', members.Select(member => $"\"{member.Key}\":{member.Value}"))}}}";
}
