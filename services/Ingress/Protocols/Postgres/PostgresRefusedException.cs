using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres;

/// <summary>The session cannot go on: the client gets this one message and the connection is closed.</summary>
internal sealed class PostgresRefusedException(PostgresDiagnostic diagnostic, string cause) : Exception(cause)
{
    internal PostgresDiagnostic Diagnostic { get; } = diagnostic;

    /// <summary>For the session's record.</summary>
    internal string Cause { get; } = cause;

    internal static PostgresRefusedException Protocol(string what) =>
        new(PostgresDiagnostic.Create("FATAL", "08P01", what), $"protocol error: {what}");
}
