using Hoop.Approval.Saga;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Approval.Tests.Saga;

public sealed class DatabaseAwayTests
{
    public static TheoryData<Exception, bool> Errors => new()
    {
        { new NpgsqlException("Exception while reading from stream", new IOException("Connection reset by peer")), true },
        { new InvalidOperationException("An exception has been raised that is likely due to a transient failure.", new NpgsqlException("broken")), true },
        { new ObjectDisposedException("System.Threading.ManualResetEventSlim"), true },
        { new PostgresException("the database system is starting up", "FATAL", "FATAL", PostgresErrorCodes.CannotConnectNow), true },
        { new PostgresException("could not extend file: No space left on device", "ERROR", "ERROR", PostgresErrorCodes.DiskFull), true },
        { new PostgresException("could not fsync file", "ERROR", "ERROR", PostgresErrorCodes.IoError), true },
        { new PostgresException("deadlock detected", "ERROR", "ERROR", PostgresErrorCodes.DeadlockDetected), true },
        { new PostgresException("sorry, too many clients already", "FATAL", "FATAL", PostgresErrorCodes.TooManyConnections), true },
        { new PostgresException("cannot execute INSERT in a read-only transaction", "ERROR", "ERROR", PostgresErrorCodes.ReadOnlySqlTransaction), true },
        { new PostgresException("value too long for type", "ERROR", "ERROR", PostgresErrorCodes.StringDataRightTruncation), false },
        { new PostgresException("duplicate key value", "ERROR", "ERROR", PostgresErrorCodes.UniqueViolation), false },
        { new InvalidOperationException("Approvals are kept."), false },
    };

    [Theory]
    [MemberData(nameof(Errors), DisableDiscoveryEnumeration = true)]
    public void A_broken_line_is_waited_for_and_a_mistake_is_not(Exception error, bool away) => DatabaseAway.IsAway(error).ShouldBe(away);
}
