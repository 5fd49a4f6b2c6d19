namespace Hoop.Contracts.Audit;

/// <summary>Command: end this session. Every Ingress hears it; the one that holds the session ends it and answers <see cref="SessionKilled"/>.</summary>
/// <param name="By">Name of who decided it, for the client to read.</param>
/// <param name="ById">Issuer and subject of the same.</param>
public sealed record KillSession(string SessionId, string By, string ById, string Reason, DateTimeOffset At);

/// <summary>Fact, and the answer to <see cref="KillSession"/>: it is in the session's record, and the client is being told.</summary>
public sealed record SessionKilled(string SessionId, string IngressId);
