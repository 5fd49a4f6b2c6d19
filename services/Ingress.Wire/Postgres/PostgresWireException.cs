namespace Hoop.Ingress.Wire.Postgres;

/// <summary>Bytes that are not the PostgreSQL protocol. The message is safe to show: it never quotes them.</summary>
public sealed class PostgresWireException(string message) : Exception(message);
