using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Http;

namespace Hoop.Testing;

/// <summary>Asks as another service of Hoop does.</summary>
internal sealed class SigningHandler(string key, Principal? actsFor = null, TimeSpan late = default, DateTimeOffset? expiry = null) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (actsFor is not null) request.ActFor(actsFor, expiry);
        request.Sign(key, TimeProvider.System.GetUtcNow() - late);
        return base.SendAsync(request, cancellationToken);
    }
}
