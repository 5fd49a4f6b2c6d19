using System.Text.Json;
using Hoop.Audit.Admin;
using Hoop.Audit.Retention;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Integrity;

/// <summary>How the admin chain calls what is done with legal holds.</summary>
internal static class HoldEvents
{
    public const string Placed = "hold.place", Released = "hold.release";

    /// <summary>Null for every other event, and for what was refused or failed.</summary>
    public static HoldEvent? Read(JournalEvent e)
    {
        if (!AdminChain.Owns(e.SessionId) || e.Kind is not (Placed or Released))
            return null;
        try
        {
            using var payload = JsonDocument.Parse(e.Payload);
            var placed = e.Kind == Placed;
            return Text(payload.RootElement, "outcome") == AdminOutcomes.Done && payload.RootElement.TryGetProperty("details", out var details) && Text(details, placed ? "hold" : "id") is { } id
                ? new HoldEvent(id, placed ? HoldRow.Placed : HoldRow.Released, Text(details, "scope"), Text(details, "value")) : null;
        }
        catch (JsonException)
        {
            return null;   // It was changed, and the check names it for that.
        }
    }

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <param name="Action">As in <see cref="HoldRow"/>.</param>
internal sealed record HoldEvent(string Id, string Action, string? Scope, string? Value);
