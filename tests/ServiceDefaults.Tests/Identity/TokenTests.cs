using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Identity;
using Hoop.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hoop.ServiceDefaults.Tests.Identity;

/// <summary>An issuer, and a validator that believes it.</summary>
public abstract class TokenTests : IAsyncLifetime
{
    private protected readonly ManualClock clock = new();
    private protected readonly HoopDocuments documents = new();
    private protected FakeIssuer issuer = null!;
    private protected TokenValidator validator = null!;

    public async ValueTask InitializeAsync()
    {
        issuer = await FakeIssuer.StartAsync();
        documents.Set(new HoopDocument { Version = 1, Issuers = [new IssuerDocument(issuer.Url, "hoop", new Dictionary<string, string>())] });
        var http = new ServiceCollection().AddHttpClient().BuildServiceProvider().GetRequiredService<IHttpClientFactory>();
        validator = new TokenValidator(documents, http, clock);
    }

    public ValueTask DisposeAsync() => issuer.DisposeAsync();

    private protected ValueTask<TokenResult> Validate(string token) => validator.ValidateAsync(token, CancellationToken.None);
}
