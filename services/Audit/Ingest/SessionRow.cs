using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Ingest;

/// <summary>The row of <c>audit.sessions</c> that follows a session's events.</summary>
internal static class SessionRow
{
    private const string Upsert = """
        INSERT INTO audit.sessions AS s (id, ingress, principal_id, principal_name, principal_kind, target, protocol, policy_version,
            started_at, ended_at, cause, last_at, events, last_sequence, operations, held, blocked)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        ON CONFLICT (id) DO UPDATE SET
            principal_id = coalesce(s.principal_id, excluded.principal_id), principal_name = coalesce(s.principal_name, excluded.principal_name),
            principal_kind = coalesce(s.principal_kind, excluded.principal_kind), target = coalesce(s.target, excluded.target),
            protocol = coalesce(s.protocol, excluded.protocol), policy_version = coalesce(s.policy_version, excluded.policy_version),
            started_at = coalesce(s.started_at, excluded.started_at), ended_at = coalesce(s.ended_at, excluded.ended_at),
            cause = coalesce(s.cause, excluded.cause), last_at = greatest(s.last_at, excluded.last_at),
            events = s.events + excluded.events, last_sequence = greatest(s.last_sequence, excluded.last_sequence),
            operations = s.operations + excluded.operations, held = s.held + excluded.held, blocked = s.blocked + excluded.blocked
        """;

    public static async Task ApplyAsync(NpgsqlConnection connection, string ingress, SessionDelta delta, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Upsert, connection)
        {
            Parameters =
            {
                Text(delta.Id), Text(ingress), Text(delta.PrincipalId), Text(delta.PrincipalName), Text(delta.PrincipalKind), Text(delta.Target), Text(delta.Protocol),
                new() { Value = (object?)delta.PolicyVersion ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                Time(delta.StartedAt), Time(delta.EndedAt), Text(delta.Cause), Time(delta.LastAt),
                new() { Value = delta.Events }, new() { Value = delta.LastSequence },
                new() { Value = delta.Operations }, new() { Value = delta.Held }, new() { Value = delta.Blocked },
            },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Time(DateTimeOffset? value) =>
        new() { Value = (object?)value?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
