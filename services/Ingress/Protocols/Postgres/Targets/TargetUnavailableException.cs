namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>The target cannot be used. The message is one line for the client and holds no secret.</summary>
public sealed class TargetUnavailableException(string sqlState, string message, Exception? inner = null) : Exception(message, inner)
{
    public string SqlState { get; } = sqlState;
}
