using Hoop.Contracts.Documents;

namespace Hoop.Policy;

/// <summary>Section <c>Hoop</c> of the configuration.</summary>
public sealed class PolicyOptions
{
    /// <summary>The hoop.yaml to load and watch; null: documents come only by <c>POST /documents</c>.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Added to a document that names no issuer: the demo's.</summary>
    public DefaultIssuer? DefaultIssuer { get; init; }

    internal IssuerDocument? Issuer =>
        DefaultIssuer is { Url.Length: > 0 } issuer ? new IssuerDocument(issuer.Url, issuer.Audience, new Dictionary<string, string>()) : null;
}

public sealed class DefaultIssuer
{
    public string Url { get; init; } = "";

    public string Audience { get; init; } = "hoop";
}
