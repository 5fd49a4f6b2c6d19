namespace Hoop.Ingress.Sql.Catalog;

/// <summary>How much of a name PostgreSQL goes by.</summary>
public static class NameLimit
{
    /// <summary>NAMEDATALEN - 1: longer names that begin alike are one to the server.</summary>
    public const int Bytes = 63;
}
