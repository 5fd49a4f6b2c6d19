namespace Hoop.Contracts.Documents;

/// <summary>A validated <c>hoop.yaml</c>. Immutable; version and digest are given by the Policy service when it is activated.</summary>
public sealed record HoopDocument
{
    /// <summary>Counts activations, from 1; 0 for a document that was never activated.</summary>
    public long Version { get; init; }

    /// <summary>SHA-256 of the YAML text, lower-case hex.</summary>
    public string Digest { get; init; } = "";

    public IReadOnlyList<IssuerDocument> Issuers { get; init; } = [];
    public IReadOnlyDictionary<string, TargetDocument> Targets { get; init; } = new Dictionary<string, TargetDocument>();
    public IReadOnlyDictionary<string, RoleDocument> Roles { get; init; } = new Dictionary<string, RoleDocument>();
    public IReadOnlyList<RuleDocument> Policies { get; init; } = [];
    public IReadOnlyList<MaskDocument> Masks { get; init; } = [];
    public AccessDocument Access { get; init; } = new();
    public IReadOnlyList<ReceiverDocument> Notifications { get; init; } = [];
}

/// <summary>Who may use Hoop's own surfaces (role names). Everybody sees their own sessions and requests.</summary>
public sealed record AccessDocument
{
    public IReadOnlyList<string> ViewSessions { get; init; } = [];
    public IReadOnlyList<string> ExportSessions { get; init; } = [];

    /// <summary>Follow running sessions live.</summary>
    public IReadOnlyList<string> WatchSessions { get; init; } = [];

    /// <summary>End running sessions.</summary>
    public IReadOnlyList<string> KillSessions { get; init; } = [];

    /// <summary>Place and release legal holds.</summary>
    public IReadOnlyList<string> HoldSessions { get; init; } = [];
    public IReadOnlyList<string> EditPolicy { get; init; } = [];
}

/// <param name="Claims">Claim names: <c>groups</c> (default <c>groups</c>), <c>kind</c> (default <c>client_kind</c>), <c>name</c> (default <c>preferred_username</c>), <c>email</c> (default <c>email</c>).</param>
public sealed record IssuerDocument(string Url, string Audience, IReadOnlyDictionary<string, string> Claims);

public sealed record TargetDocument
{
    public required string Protocol { get; init; }

    /// <summary><c>host:port</c>; may be an <c>env:</c> reference.</summary>
    public required string Address { get; init; }

    public string? Database { get; init; }
    public required CredentialDocument Credential { get; init; }

    /// <summary><c>disable</c>, <c>require</c>, <c>verify-ca</c> or <c>verify-full</c> (default).</summary>
    public string Tls { get; init; } = "verify-full";

    /// <summary>PEM file with the authorities to trust for this target, besides the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Name of the connector that opens it; null: Ingress itself.</summary>
    public string? Connector { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <param name="Password">A reference, never a value: <c>env:NAME</c> or <c>file:/path</c>.</param>
public sealed record CredentialDocument(string Username, string? Password);

/// <summary>Groups and principal kinds whose members have the role. A principal has it when any listed group is theirs (and the kind matches, when kinds are listed).</summary>
public sealed record RoleDocument(IReadOnlyList<string> Groups, IReadOnlyList<string> Kinds);
