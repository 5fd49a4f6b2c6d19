using System.Buffers.Text;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hoop.ServiceDefaults.Identity;

/// <summary>Another service of Hoop, known by the shared key; it may act for a principal it has authenticated.</summary>
internal sealed class InternalHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IConfiguration configuration)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var expected = configuration["Hoop:InternalKey"];
        var given = Request.Headers[ServiceClients.InternalKeyHeader].ToString();
        if (string.IsNullOrEmpty(expected) || !CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(expected)), SHA256.HashData(Encoding.UTF8.GetBytes(given))))
            return Task.FromResult(AuthenticateResult.Fail("wrong internal key"));

        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(HoopPolicies.ServiceClaim, "true")], Scheme.Name));
        var properties = new AuthenticationProperties();
        if (Request.Headers[ServiceClients.ExpiryHeader].ToString() is { Length: > 0 } expiry)
        {
            if (!long.TryParse(expiry, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()) return Task.FromResult(AuthenticateResult.Fail("unreadable expiry"));
            properties.ExpiresUtc = DateTimeOffset.FromUnixTimeSeconds(seconds);
        }
        var onBehalf = Request.Headers[ServiceClients.PrincipalHeader].ToString();
        if (onBehalf.Length > 0)
        {
            if (ReadPrincipal(onBehalf) is not { } principal) return Task.FromResult(AuthenticateResult.Fail("unreadable principal"));
            user.AddIdentity((ClaimsIdentity)principal.ToClaimsPrincipal(Scheme.Name).Identity!);
        }
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, properties, Scheme.Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        Problems.WriteAsync(Context, StatusCodes.Status401Unauthorized, "wrong-internal-key", "The internal key does not fit. Start all services with the same Hoop__InternalKey.");

    private static Principal? ReadPrincipal(string header)
    {
        try
        {
            return JsonSerializer.Deserialize<Principal>(Base64Url.DecodeFromChars(header));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }
}
