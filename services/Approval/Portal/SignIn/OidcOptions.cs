using System.ComponentModel.DataAnnotations;

namespace Hoop.Approval.Portal.SignIn;

/// <summary>Configuration section <c>Oidc</c>: the portal as a client of the identity provider.</summary>
internal sealed class OidcOptions
{
    /// <summary>The issuer's URL; also named in hoop.yaml, which says what its tokens mean.</summary>
    [Required]
    public string Authority { get; set; } = "";

    [Required]
    public string ClientId { get; set; } = "";

    public string ClientSecret { get; set; } = "";

    /// <summary>Must bring an access token (a JWT) for Hoop's audience.</summary>
    public string Scope { get; set; } = "openid hoop";
}
