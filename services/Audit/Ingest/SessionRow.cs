using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Ingest;

/// <summary>The rows of <c>audit.sessions</c> that follow the sessions' events.</summary>
internal static class SessionRow
{
    private const string Upsert = """
        INSERT INTO audit.sessions AS s (id, ingress, principal_id, principal_name, principal_kind, target, protocol, policy_version,
            started_at, ended_at, cause, last_at, events, last_sequence, operations, held, blocked)
        SELECT id, $2, principal_id, principal_name, principal_kind, target, protocol, policy_version,
            started_at, ended_at, cause, last_at, events, last_sequence, operations, held, blocked
        FROM unnest($1::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::timestamptz[], $10::timestamptz[],
            $11::text[], $12::timestamptz[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[])
            AS u (id, principal_id, principal_name, principal_kind, target, protocol, policy_version, started_at, ended_at,
                cause, last_at, events, last_sequence, operations, held, blocked) ORDER BY id
        ON CONFLICT (id) DO UPDATE SET
            principal_id = coalesce(s.principal_id, excluded.principal_id), principal_name = coalesce(s.principal_name, excluded.principal_name),
            principal_kind = coalesce(s.principal_kind, excluded.principal_kind), target = coalesce(s.target, excluded.target),
            protocol = coalesce(s.protocol, excluded.protocol), policy_version = coalesce(s.policy_version, excluded.policy_version),
            started_at = coalesce(s.started_at, excluded.started_at), ended_at = coalesce(s.ended_at, excluded.ended_at),
            cause = coalesce(s.cause, excluded.cause), last_at = greatest(s.last_at, excluded.last_at),
            events = s.events + excluded.events, last_sequence = greatest(s.last_sequence, excluded.last_sequence),
            operations = s.operations + excluded.operations, held = s.held + excluded.held, blocked = s.blocked + excluded.blocked
        """;

    public static NpgsqlBatchCommand Apply(string ingress, IReadOnlyList<SessionDelta> deltas)
    {
        return new NpgsqlBatchCommand(Upsert)
        {
            Parameters =
            {
                Column(d => d.Id, NpgsqlDbType.Text), new() { Value = ingress },
                Column(d => d.PrincipalId, NpgsqlDbType.Text), Column(d => d.PrincipalName, NpgsqlDbType.Text), Column(d => d.PrincipalKind, NpgsqlDbType.Text),
                Column(d => d.Target, NpgsqlDbType.Text), Column(d => d.Protocol, NpgsqlDbType.Text), Column(d => d.PolicyVersion, NpgsqlDbType.Bigint),
                Column(d => d.StartedAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz), Column(d => d.EndedAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz),
                Column(d => d.Cause, NpgsqlDbType.Text), Column(d => d.LastAt.ToUniversalTime(), NpgsqlDbType.TimestampTz),
                Column(d => d.Events, NpgsqlDbType.Bigint), Column(d => d.LastSequence, NpgsqlDbType.Bigint),
                Column(d => d.Operations, NpgsqlDbType.Bigint), Column(d => d.Held, NpgsqlDbType.Bigint), Column(d => d.Blocked, NpgsqlDbType.Bigint),
            },
        };

        NpgsqlParameter Column<T>(Func<SessionDelta, T> value, NpgsqlDbType type) => new() { Value = deltas.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
