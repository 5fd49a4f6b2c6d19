using System.Text;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Npgsql;
using NpgsqlTypes;

namespace Hoop.Audit.Search;

/// <summary>Statements of one row of events that differ in their literals alone, with what at least one of them can be found by.</summary>
/// <param name="At">Of the newest of them.</param>
/// <param name="Held">The operation of a statement that was held: it is alone.</param>
internal sealed record StatementGroup(EventChunk Chunk, DateTimeOffset At, long[] Sequences, long? Held, IReadOnlyCollection<string> Tags)
{
    public static IEnumerable<StatementGroup> Of(EventChunk chunk)
    {
        var groups = new List<OpenGroup>();
        for (var i = 0; i < chunk.Count; i++)
        {
            if (!chunk.Is(i, EventKinds.OperationDecided))
                continue;
            var payload = chunk.Payloads.Memory(i);
            var parts = DecisionParts.Read(payload);
            var group = groups.Find(g => g.Matches(parts));
            if (group is null)
            {
                var decision = Decision.Read(payload.Span);
                group = groups.Find(g => decision.IsLike(g.First));
                if (group is null)
                    groups.Add(group = new OpenGroup(decision, parts));
            }

            group.Add(chunk.Sequence + i, chunk.Times[i], parts);
        }

        return groups.Select(g => new StatementGroup(chunk, g.At, [.. g.Sequences], g.First.IsHeld ? g.First.Operation : null, g.Tags));
    }

    /// <summary>One that statements still come to. The words of a text that was there before are not looked at again.</summary>
    private sealed class OpenGroup
    {
        private readonly DecisionParts parts;
        private DecisionParts newest;

        public OpenGroup(Decision first, in DecisionParts parts)
        {
            (First, newest, this.parts) = (first, parts, parts);
            first.AddTags(Tags);
        }

        public Decision First { get; }
        public DateTimeOffset At { get; private set; } = DateTimeOffset.MinValue;
        public List<long> Sequences { get; } = [];
        public HashSet<string> Tags { get; } = new(StringComparer.Ordinal);

        public bool Matches(in DecisionParts other) => !First.IsHeld && parts.Match(other);

        public void Add(long sequence, DateTimeOffset at, in DecisionParts other)
        {
            Sequences.Add(sequence);
            At = at > At ? at : At;
            if (!newest.HasSameText(other))
                SearchTags.AddWords(Decision.TextOf(other.Text.Span), Tags);
            newest = other;
        }
    }
}

/// <summary>New rows of <c>audit.statement_groups</c>: one command for a whole batch, because planning one for each row costs the server more than the row does.</summary>
internal static class StatementGroups
{
    // Lists travel as PostgreSQL writes them: an array of arrays would have to be as wide everywhere.
    private const string Insert = """
        INSERT INTO audit.statement_groups (session_id, sequence, at, chunk, sequences, held, tags)
        SELECT u.session_id, u.sequences[1], u.at, u.chunk, u.sequences, u.held,
            u.tags::text[] || array_remove(ARRAY['p:' || s.principal_id, 'p:' || s.principal_name, 'p:' || split_part(s.principal_id, '|', 2), 't:' || s.target], NULL)
        FROM (SELECT session_id, at, chunk, sequences::bigint[] AS sequences, held, tags
              FROM unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::text[], $5::bigint[], $6::text[]) AS u (session_id, at, chunk, sequences, held, tags)) u
        LEFT JOIN (SELECT id, principal_id, principal_name, target FROM audit.sessions WHERE id = ANY ($7)) s ON s.id = u.session_id ON CONFLICT DO NOTHING
        """;

    public static NpgsqlBatchCommand Add(IReadOnlyList<StatementGroup> groups)
    {
        return new NpgsqlBatchCommand(Insert)
        {
            Parameters =
            {
                Column(g => g.Chunk.SessionId, NpgsqlDbType.Text), Column(g => g.At, NpgsqlDbType.TimestampTz), Column(g => g.Chunk.Sequence, NpgsqlDbType.Bigint),
                Column(g => $"{{{string.Join(',', g.Sequences)}}}", NpgsqlDbType.Text), Column(g => g.Held, NpgsqlDbType.Bigint), Column(g => Literal(g.Tags), NpgsqlDbType.Text),
                new() { Value = groups.Select(g => g.Chunk.SessionId).Distinct().ToArray() },
            },
        };

        NpgsqlParameter Column<T>(Func<StatementGroup, T> value, NpgsqlDbType type) => new() { Value = groups.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
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
