using System.Buffers.Text;
using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hoop.ServiceDefaults.Identity;

/// <summary>Another service of Hoop, known by its signature; where the service says so, it may act for a principal it has authenticated.</summary>
internal sealed class InternalHandler(
    IOptionsMonitor<InternalOptions> options, ILoggerFactory logger, UrlEncoder encoder, IConfiguration configuration, TimeProvider clock)
    : AuthenticationHandler<InternalOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var (given, acting) = (Request.Headers[ServiceSignature.Header].ToString(), Request.Headers[ServiceSignature.PrincipalHeader].ToString());
        if (given.Length == 0) return Task.FromResult(AuthenticateResult.NoResult());
        if (!ServiceSignature.Fits(given, configuration["Hoop:InternalKey"] ?? "", clock.GetUtcNow(), Request.Method, Target(), acting))
            return Task.FromResult(AuthenticateResult.Fail("wrong signature"));

        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(HoopPolicies.ServiceClaim, "true")], Scheme.Name));
        var properties = new AuthenticationProperties();
        if (acting.Length > 0)
        {
            if (!Options.TakesPrincipals) return Task.FromResult(AuthenticateResult.Fail("nobody is acted for here"));
            var parts = acting.Split('.', 2);
            if (ReadPrincipal(parts[0]) is not { } principal) return Task.FromResult(AuthenticateResult.Fail("unreadable principal"));
            if (parts.Length == 2 && !TryExpire(properties, parts[1])) return Task.FromResult(AuthenticateResult.Fail("unreadable expiry"));
            user.AddIdentity((ClaimsIdentity)principal.ToClaimsPrincipal(Scheme.Name).Identity!);
        }
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, properties, Scheme.Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        Problems.WriteAsync(Context, StatusCodes.Status401Unauthorized, "wrong-internal-key",
            "The call is not signed with this service's internal key, or not now, or for somebody who is not acted for here. Start all services with the same Hoop__InternalKey, and keep their clocks together.");

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.WriteAsync(Context, StatusCodes.Status403Forbidden, "forbidden", "Services may not do this; or whom this one acts for may not.");

    private static bool TryExpire(AuthenticationProperties properties, string text)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()) return false;
        properties.ExpiresUtc = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }

    /// <summary>As it stood on the wire: what is decoded and written anew may differ.</summary>
    private string Target() => Context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } raw ? raw : Request.GetEncodedPathAndQuery();

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

internal sealed class InternalOptions : AuthenticationSchemeOptions
{
    /// <summary>Other services act for principals here.</summary>
    public bool TakesPrincipals { get; set; }
}
