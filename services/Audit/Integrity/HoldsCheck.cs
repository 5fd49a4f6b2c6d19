using System.Globalization;
using System.Text.Json;
using Hoop.Audit.Admin;
using Hoop.Audit.Chain.Log;
using Hoop.Contracts.Audit;
using Npgsql;

namespace Hoop.Audit.Integrity;

/// <summary>Legal holds against the admin chain's events of placing and releasing them: a hold that was taken away, made up or lifted by a row alone is found.</summary>
internal sealed class HoldsCheck(NpgsqlConnection connection, IReadOnlyDictionary<string, LoggedSession> logged, Findings findings, DateTimeOffset now)
{
    /// <summary>So long an event may be on its way into the chain.</summary>
    private static readonly TimeSpan OnItsWay = TimeSpan.FromHours(1);

    private readonly Dictionary<(string Id, string Action), (JournalEvent Event, string? Scope, string? Value)> events = [];

    public void Take(JournalEvent e)
    {
        if (!AdminChain.Owns(e.SessionId) || e.Kind is not (HoldEvents.Placed or HoldEvents.Released))
            return;
        try
        {
            using var payload = JsonDocument.Parse(e.Payload);
            var placed = e.Kind == HoldEvents.Placed;
            if (Text(payload.RootElement, "outcome") == AdminOutcomes.Done && payload.RootElement.TryGetProperty("details", out var details) && Text(details, placed ? "hold" : "id") is { } id)
                events.TryAdd((id, placed ? "placed" : "released"), (e, Text(details, "scope"), Text(details, "value")));
        }
        catch (JsonException)
        {
            // It was changed, and is named for it.
        }
    }

    public async Task EndAsync(CancellationToken cancel)
    {
        await using (var command = new NpgsqlCommand("SELECT id, action, scope, value, at FROM audit.holds ORDER BY id, action", connection) { CommandTimeout = 0 })
        {
            await using var row = await command.ExecuteReaderAsync(cancel);
            while (await row.ReadAsync(cancel))
                if (events.Remove((row.GetString(0), row.GetString(1)), out var said))
                    Judge(row, said.Scope, said.Value);
                else if (findings.Read(() => row.GetFieldValue<DateTimeOffset>(4).ToUniversalTime().ToString("O"), null, null, $"legal hold {row.GetString(0)}") is { } at && !IsExcused(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture)))
                    findings.Add(null, null, $"legal hold {row.GetString(0)} says that it was {row.GetString(1)}, and the admin chain has no event of it: the row was added");
        }

        foreach (var ((id, action), (e, _, _)) in events)
            findings.Add(e.SessionId, e.Sequence, $"legal hold {id} was {action}, says event {e.Sequence}, and its row is not there: it was removed");
    }

    private void Judge(NpgsqlDataReader row, string? scope, string? value)
    {
        if (row.GetString(1) == "placed" && (row.GetString(2) != scope || row.GetString(3) != value))
            findings.Add(null, null, $"legal hold {row.GetString(0)} was changed: the admin chain says that it was placed on {scope} {value}");
    }

    /// <summary>It is not there yet, or retention has dropped the chain of the day.</summary>
    private bool IsExcused(DateTimeOffset at) =>
        at > now - OnItsWay && at < now + OnItsWay
        || new[] { at, at.AddDays(1) }.Any(day => logged.GetValueOrDefault(AdminChain.Of(day))?.Entries.Any(entry => entry.Entry.Kind == LogEntry.Tombstone) == true);

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>How the admin chain calls what is done with legal holds.</summary>
internal static class HoldEvents
{
    public const string Placed = "hold.place", Released = "hold.release";
}
