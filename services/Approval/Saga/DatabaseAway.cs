using MassTransit;
using Npgsql;

namespace Hoop.Approval.Saga;

/// <summary>
/// A database that restarts is waited for: a message that is given up would be a transition that never happens. The broker keeps it meanwhile,
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
            if (e is PostgresException refusal)
                return refusal.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
                    or PostgresErrorCodes.TooManyConnections;
            // A connection that broke between two commands: Npgsql then meets its own parts disposed of.
            if (e is NpgsqlException or ObjectDisposedException) return true;
        }
        return false;
    }
}
