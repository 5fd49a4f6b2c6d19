using System.Text.Json;
using System.Text.RegularExpressions;
using Hoop.Testing;
using Npgsql;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>What Audit's database has of one Ingress' sessions.</summary>
internal sealed partial class CrashRecord
{
    /// <summary>Of the statements that were permitted, in the form of <see cref="CrashMarks.ReadAsync"/>.</summary>
    public List<string> Marks { get; } = [];

    public int Sessions { get; private set; }
    public int SessionsWithMarks { get; private set; }

    /// <summary>Sessions with marks that a crash ended.</summary>
    public int Crashed { get; private set; }

    /// <summary>Sessions with a gap, an event that does not follow the one before it, or no end.</summary>
    public List<string> Broken { get; } = [];

    public long Tampering { get; private set; }

    /// <summary>The record once it has all: Ingress ships in order, so that what came before the last session has arrived with it.</summary>
    public static async Task<CrashRecord> OfAsync(HoopSystem system, SecondIngress ingress)
    {
        const string Last = "select 'the last of its record'";
        await using (var connection = await ingress.ConnectAsync())
        await using (var command = new NpgsqlCommand(Last, connection))
            await command.ExecuteNonQueryAsync();
        await using var audit = NpgsqlDataSource.Create(new RunningProcess(system.PidOf("audit")).Environment["ConnectionStrings__auditdb"]!);
        var id = ingress.Id;
        await Eventually.TrueAsync(async () => await CountAsync(audit, id, """
            select count(*) from audit.sessions s where s.ingress = $1 and s.ended_at is not null and s.operations = 1
            and exists (select from audit.events d where d.session_id = s.id and d.payload like '%the last of its record%')
            """) == 1, seconds: 60, what: "the record has all");
        var record = new CrashRecord { Tampering = await CountAsync(audit, id, "select count(*) from audit.tampering where ingress = $1") };
        await record.ReadAsync(audit, id);
        return record;
    }

    private static async Task<long> CountAsync(NpgsqlDataSource audit, string ingress, string sql)
    {
        await using var command = audit.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = ingress });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ReadAsync(NpgsqlDataSource audit, string ingress)
    {
        await using var command = audit.CreateCommand("select session_id, sequence, kind, payload, previous_hash, hash from audit.events where ingress = $1 order by session_id, sequence");
        command.Parameters.Add(new NpgsqlParameter { Value = ingress });
        await using var reader = await command.ExecuteReaderAsync();
        var session = new List<Event>();
        while (await reader.ReadAsync())
        {
            var e = new Event(reader.GetString(0), reader.GetInt64(1), reader.GetString(2), reader.GetString(3), Hash(reader, 4), Hash(reader, 5));
            if (session.Count > 0 && session[0].Session != e.Session)
            {
                Take(session);
                session.Clear();
            }

            session.Add(e);
        }

        Take(session);
    }

    private void Take(List<Event> session)
    {
        Sessions++;
        var marks = session.Where(e => e.Kind == "operation.decided").Select(e => MarkOf(JsonDocument.Parse(e.Payload).RootElement)).OfType<string>().ToList();
        Marks.AddRange(marks);
        if (marks.Count > 0) SessionsWithMarks++;
        if (marks.Count > 0 && session[^1] is { Kind: "session.ended", Payload: """{"cause":"crash"}""" }) Crashed++;
        var follows = session.Select((e, i) => e.Sequence == i && (i == 0 || e.PreviousHash == session[i - 1].Hash)).All(follows => follows);
        if (!follows || session[^1].Kind is not ("session.ended" or "session.refused")) Broken.Add(session[0].Session);
    }

    private static string? MarkOf(JsonElement decided)
    {
        var text = decided.GetProperty("text").GetString()!;
        if (!text.StartsWith("insert into crash_marks", StringComparison.Ordinal) || decided.GetProperty("outcome").GetString() != "allow") return null;
        var values = decided.GetProperty("bindValues").EnumerateArray().Select(value => value.GetString()).ToList();
        return values.Count == 3 ? string.Join(", ", values) : Values().Match(text).Groups[1].Value;
    }

    private static string Hash(NpgsqlDataReader row, int column) => Convert.ToHexStringLower(row.GetFieldValue<byte[]>(column));

    [GeneratedRegex(@"values \(([^)]*)\)")]
    private static partial Regex Values();

    private sealed record Event(string Session, long Sequence, string Kind, string Payload, string PreviousHash, string Hash);
}
