using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Hoop.Approval.Portal.SignIn;

/// <param name="FreshFrom">The person must prove who they are after this; null: an earlier sign-in at the provider will do.</param>
/// <summary>What one sign-in must come back with. Kept, sealed, in the browser that began it.</summary>
internal sealed record OidcAttempt(string State, string Nonce, string Verifier, string ReturnUrl, DateTimeOffset? FreshFrom = null)
{
    [JsonIgnore]
    public string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    public static OidcAttempt Create(string? returnUrl, DateTimeOffset? freshFrom = null) => new(Random(), Random(), Random(), OwnPath(returnUrl), freshFrom);

    public bool Matches(string? state) =>
        state is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(state), Encoding.UTF8.GetBytes(State));

    /// <summary>Only a path of this site: <c>//host</c> and <c>/\host</c> are other sites to a browser.</summary>
    private static string OwnPath(string? url) =>
        url is ['/', ..] and not ['/', '/' or '\\', ..] && !url.Any(char.IsControl) ? url : "/";

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
