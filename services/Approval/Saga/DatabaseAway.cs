using MassTransit;
using Npgsql;

namespace Hoop.Approval.Saga;

/// <summary>
/// A database that restarts, or has no room, is waited for: a message that is given up would be a transition that never happens. The broker keeps it meanwhile,
/// and takes it back when this process dies.
/// </summary>
internal static class DatabaseAway
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private const int Pauses = 6 * 60 * 60;

    public static void WaitForDatabase(this IReceiveEndpointConfigurator endpoint) => endpoint.UseMessageRetry(retry =>
    {
        retry.Handle<Exception>(IsAway);
        retry.Interval(Pauses, Pause);
    });

    public static bool IsAway(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            // No room, no memory, a disk that errs, a deadlock; a standby that is not the primary yet.
            if (e is PostgresException refusal)
                return refusal.IsTransient || refusal.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.ReadOnlySqlTransaction;
            // A connection that broke between two commands: Npgsql then meets its own parts disposed of.
            if (e is NpgsqlException or ObjectDisposedException) return true;
        }
        return false;
    }
}
