using System.Globalization;
using System.Text.Json;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Npgsql;

namespace Hoop.Audit.Export;

/// <summary>Which policy documents were put in force, as the admin chain has it: by hand, over the API, or from the file.</summary>
internal static class ActivatedPolicies
{
    private const string Activated = "policy.activate";

    /// <summary>Version → SHA-256 of its document, oldest first. Several only where the Policy service began anew and counted from 1 again.</summary>
    public static async Task<Dictionary<long, List<string>>> DigestsAsync(AuditDatabase database, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await using var command = new NpgsqlCommand(
            """
            SELECT e.payload FROM audit.heads h
            CROSS JOIN LATERAL (
                SELECT c.sequence, c.kinds, c.payloads FROM audit.event_chunks c
                WHERE c.session_id = h.session_id AND c.at BETWEEN h.first_at AND h.last_at AND $1 = ANY (c.kinds)) c
            CROSS JOIN LATERAL unnest(c.kinds, c.payloads) WITH ORDINALITY AS e (kind, payload, n)
            WHERE h.session_id >= 'admin-' AND h.session_id < 'admin.' AND e.kind = $1 ORDER BY h.session_id, c.sequence, e.n
            """, connection) { Parameters = { new() { Value = Activated } } };
        var digests = new Dictionary<long, List<string>>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            if (Read(reader.GetString(0)) is var (version, digest))
            {
                if (!digests.TryGetValue(version, out var known))
                    digests.Add(version, known = []);
                if (!known.Contains(digest))
                    known.Add(digest);
            }

        return digests;
    }

    private static (long Version, string Digest)? Read(string payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var details = json.RootElement.GetProperty("details");
            return json.RootElement.GetProperty("outcome").GetString() == AdminOutcomes.Done && details.TryGetProperty("version", out var version) && details.TryGetProperty("digest", out var digest)
                ? (long.Parse(version.GetString()!, NumberStyles.None, CultureInfo.InvariantCulture), digest.GetString()!)
                : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or ArgumentNullException)
        {
            return null;
        }
    }
}
