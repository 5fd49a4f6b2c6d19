namespace Hoop.Ingress.Protocols.Postgres;

internal static partial class PostgresLog
{
    [LoggerMessage(3001, LogLevel.Information, "Postgres listener on {Endpoint}")]
    internal static partial void Listening(this ILogger logger, string endpoint);

    [LoggerMessage(3002, LogLevel.Debug, "Connection {Connection} from {Address} left during the handshake: {Reason}")]
    internal static partial void HandshakeLeft(this ILogger logger, string connection, string address, string reason);

    [LoggerMessage(3003, LogLevel.Information, "Connection {Connection} from {Address} refused: {Reason}")]
    internal static partial void ConnectionRefused(this ILogger logger, string connection, string address, string reason);

    [LoggerMessage(3004, LogLevel.Warning, "Target {Target} is not available: {Reason}")]
    internal static partial void TargetUnavailable(this ILogger logger, string target, string reason);

    [LoggerMessage(3005, LogLevel.Error, "Connection {Connection} ended by an internal error")]
    internal static partial void SessionFailed(this ILogger logger, Exception error, string connection);

    [LoggerMessage(3006, LogLevel.Warning, "A cancel request could not be passed on to target {Target}: {Reason}")]
    internal static partial void CancelFailed(this ILogger logger, string target, string reason);

    [LoggerMessage(3007, LogLevel.Warning, "The catalog of target {Target} could not be loaded: {Reason}")]
    internal static partial void CatalogFailed(this ILogger logger, string target, string reason);
}
