using System.Text;
using Hoop.Contracts.Audit;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Search;

/// <summary>A decision, with what it can be found by.</summary>
internal sealed record StatementRow(
    JournalEvent Event, long Operation, string Outcome, string[] Verbs, string[] Objects, string[] Effects, string[] Rules, long? PolicyVersion, string Text, IReadOnlyCollection<string> Tags);

/// <summary>New rows of <c>audit.statements</c>: one command for a whole batch, because planning one for each row costs the server more than the row does.</summary>
internal static class StatementRows
{
    // Lists travel as PostgreSQL writes them: an array of arrays would have to be as wide everywhere.
    private const string Insert = """
        INSERT INTO audit.statements (session_id, sequence, at, operation, principal_id, principal_name, target, outcome, verbs, objects, effects, rules, policy_version, text, tags)
        SELECT u.session_id, u.sequence, u.at, u.operation, s.principal_id, s.principal_name, s.target, u.outcome,
            u.verbs::text[], u.objects::text[], u.effects::text[], u.rules::text[], u.policy_version, u.text,
            u.tags::text[] || array_remove(ARRAY['p:' || s.principal_id, 'p:' || s.principal_name, 'p:' || split_part(s.principal_id, '|', 2), 't:' || s.target], NULL)
        FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::text[], $12::text[])
            AS u (session_id, sequence, at, operation, outcome, verbs, objects, effects, rules, policy_version, text, tags)
        LEFT JOIN (SELECT id, principal_id, principal_name, target FROM audit.sessions WHERE id = ANY ($13)) s ON s.id = u.session_id ON CONFLICT DO NOTHING
        """;

    public static async Task InsertAsync(NpgsqlConnection connection, IReadOnlyList<StatementRow> rows, CancellationToken cancel)
    {
        if (rows.Count == 0)
            return;
        await using var command = new NpgsqlCommand(Insert, connection)
        {
            Parameters =
            {
                Column(r => r.Event.SessionId, NpgsqlDbType.Text), Column(r => r.Event.Sequence, NpgsqlDbType.Bigint), Column(r => r.Event.At.ToUniversalTime(), NpgsqlDbType.TimestampTz),
                Column(r => r.Operation, NpgsqlDbType.Bigint), Column(r => r.Outcome, NpgsqlDbType.Text), Column(r => Literal(r.Verbs), NpgsqlDbType.Text),
                Column(r => Literal(r.Objects), NpgsqlDbType.Text), Column(r => Literal(r.Effects), NpgsqlDbType.Text), Column(r => Literal(r.Rules), NpgsqlDbType.Text),
                Column(r => r.PolicyVersion, NpgsqlDbType.Bigint), Column(r => r.Text, NpgsqlDbType.Text), Column(r => Literal(r.Tags), NpgsqlDbType.Text),
                new() { Value = rows.Select(r => r.Event.SessionId).Distinct().ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancel);

        NpgsqlParameter Column<T>(Func<StatementRow, T> value, NpgsqlDbType type) => new() { Value = rows.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
    }

    /// <summary>An array as PostgreSQL reads it, each element in quotes.</summary>
    internal static string Literal(IReadOnlyCollection<string> elements)
    {
        var literal = new StringBuilder("{");
        foreach (var element in elements)
        {
            if (literal.Length > 1)
                literal.Append(',');
            literal.Append('"');
            foreach (var c in element)
            {
                if (c is '"' or '\\')
                    literal.Append('\\');
                literal.Append(c);
            }

            literal.Append('"');
        }

        return literal.Append('}').ToString();
    }
}
