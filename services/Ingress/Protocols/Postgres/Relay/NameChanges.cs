using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>Whose names a statement of DDL moves.</summary>
internal static class NameChanges
{
    /// <summary>Only the session's own: temporary relations are nobody else's, and are asked for by themselves.</summary>
    public static bool AreOwn(SqlStatement statement) =>
        IsFollowed(statement) && statement.Facts.Accesses.Any(IsTemporary) && statement.Facts.Accesses.All(static access => IsTemporary(access) || MovesNothing(access));

    /// <summary>Nobody's: it adds an index, say, and so does nothing behind it.</summary>
    public static bool AreNone(SqlStatement statement) =>
        IsFollowed(statement) && statement.Command.KeepsNames && statement.Facts.Accesses.All(static access => !access.Implied || MovesNothing(access));

    private static bool IsFollowed(SqlStatement statement) => statement.Facts.Understood && (statement.Facts.Effects & (Effects.Dynamic | Effects.Unknown | Effects.Privilege)) == 0;

    private static bool IsTemporary(ObjectAccess access) => access.Kind == "table" && TemporaryRelations.Owns(access.Name);

    private static bool MovesNothing(ObjectAccess access) => access.Verb is "select" or "insert" or "update" or "delete" or "merge" or "execute";
}
