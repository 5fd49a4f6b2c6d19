namespace Hoop.Ingress.Sql.Parsing;

/// <summary>The native parser is not there; the message says how to get it.</summary>
public sealed class PgParserMissingException(string message) : Exception(message);
