using System.Collections.Concurrent;
using System.Security.Claims;
using Hoop.Approval.Notifications;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Identity;
using Npgsql;

namespace Hoop.Approval.Portal.SignIn;

/// <summary>
/// Which sign-ins of the portal still count. Each has a row in the service's database, so that whoever signs out is signed out in every copy of the cookie, in every
/// open page and at every instance. When the database does not answer, no sign-in counts.
/// </summary>
internal sealed class SignIns
{
    /// <summary>What somebody is told who acts with a sign-in that is over.</summary>
    public const string Over = "Your sign-in ended. Load the page again to sign in.";

    /// <summary>How long an answer of the database is good for looking; for acting it is asked each time.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private const int MostRemembered = 4096;

    private readonly ConcurrentDictionary<Guid, long> _known = new();
    private readonly NpgsqlDataSource _database;
    private readonly DatabaseSignals _signals;
    private readonly HoopDocuments _documents;
    private readonly TimeProvider _clock;
    private readonly ILogger<SignIns> _logger;

    public SignIns(NpgsqlDataSource database, DatabaseSignals signals, HoopDocuments documents, TimeProvider clock, ILogger<SignIns> logger)
    {
        (_database, _signals, _documents, _clock, _logger) = (database, signals, documents, clock, logger);
        // Before any page does: when a page asks, what was known of its sign-in is gone.
        signals.SignedOut += Forget;
    }

    /// <summary>Begins one, or goes on with the one this browser has: who proves anew who they are is still signed out everywhere by one sign-out.</summary>
    public async Task<Guid> BeginAsync(Principal principal, ClaimsPrincipal? before, DateTimeOffset ends, CancellationToken cancel)
    {
        var id = PortalCookie.SignInOf(before) is { } earlier && before!.ToPrincipal()?.Id == principal.Id && await HoldsAsync(before!, toAct: true, cancel) ? earlier : Guid.NewGuid();
        await using var command = _database.CreateCommand(
            """
            WITH forgotten AS (DELETE FROM portal_sign_ins WHERE ends_at < $4)
            INSERT INTO portal_sign_ins (id, principal_id, ends_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET ends_at = excluded.ends_at
            """);
        command.Parameters.AddRange(new NpgsqlParameter[] { new() { Value = id }, new() { Value = principal.Id }, new() { Value = ends.ToUniversalTime() }, new() { Value = _clock.GetUtcNow() - Kept } });
        await command.ExecuteNonQueryAsync(cancel);
        return id;
    }

    /// <summary>Ends it everywhere; other instances are told by the database.</summary>
    public async Task EndAsync(Guid id, CancellationToken cancel)
    {
        await using var command = _database.CreateCommand("UPDATE portal_sign_ins SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL");
        command.Parameters.AddRange(new NpgsqlParameter[] { new() { Value = id }, new() { Value = _clock.GetUtcNow() } });
        await command.ExecuteNonQueryAsync(cancel);
        _signals.RaiseSignedOut(id);
    }

    /// <summary>Whether this person is still signed in, by an issuer that hoop.yaml still names.</summary>
    /// <param name="toAct">Not by what was known a moment ago.</param>
    public async ValueTask<bool> HoldsAsync(ClaimsPrincipal user, bool toAct, CancellationToken cancel)
    {
        if (PortalCookie.SignInOf(user) is not { } id || PortalCookie.IsOver(user, _clock.GetUtcNow())) return false;
        if (user.ToPrincipal() is not { } principal || _documents.Current?.Issuers.Any(issuer => issuer.Url == principal.Issuer) != true) return false;
        if (!toAct && _known.TryGetValue(id, out var asked) && _clock.GetElapsedTime(asked) < Remembered) return true;
        var now = _clock.GetTimestamp();
        var holds = await LookAsync(id, cancel);
        if (!holds) Forget(id);
        else if (_known.Count < MostRemembered || _known.ContainsKey(id)) _known[id] = now;
        else _known.Clear();
        return holds;
    }

    private void Forget(Guid? id)
    {
        if (id is { } one) _known.TryRemove(one, out _);
        else _known.Clear();
    }

    private async Task<bool> LookAsync(Guid id, CancellationToken cancel)
    {
        try
        {
            await using var command = _database.CreateCommand("SELECT EXISTS (SELECT FROM portal_sign_ins WHERE id = $1 AND ended_at IS NULL)");
            command.Parameters.Add(new NpgsqlParameter { Value = id });
            return await command.ExecuteScalarAsync(cancel) is true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            _logger.SignInUnknown(e.Message);
            return false;
        }
    }
}
