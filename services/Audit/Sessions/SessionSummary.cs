namespace Hoop.Audit.Sessions;

/// <summary>A session as lists show it.</summary>
/// <param name="Principal">The principal's name; null when the session's start has not arrived.</param>
/// <param name="PrincipalId">Issuer and subject: <c>https://login.example.com|reporting-agent</c>.</param>
/// <param name="State"><c>running</c>, <c>ended</c> or <c>crashed</c>.</param>
/// <param name="Operations">Operations decided; <paramref name="Held"/> and <paramref name="Blocked"/> of them so.</param>
/// <param name="Complete">False: events are missing (not yet arrived, or lost).</param>
internal sealed record SessionSummary(
    string Id, string? Principal, string? PrincipalId, string? PrincipalKind, string? Target, string? Protocol,
    DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, string? Cause, string State,
    long Operations, long Held, long Blocked, long Events, bool Complete, long? PolicyVersion);
