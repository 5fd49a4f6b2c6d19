using Hoop.Contracts.Operations;
using Hoop.Ingress.Catalog;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>Whose names a statement of DDL moves.</summary>
internal static class NameChanges
{
    /// <summary>Only the session's own: temporary relations are nobody else's, and are asked for by themselves.</summary>
    public static bool AreOwn(SqlStatement statement) =>
        IsFollowed(statement) && statement.Facts.Accesses.Any(IsTemporary) && statement.Facts.Accesses.All(static access => IsTemporary(access) || MovesNothing(access));

    /// <summary>It changes names, of whomever.</summary>
    public static bool Any(SqlStatement statement) =>
        (statement.Command.Kind == SqlCommandKind.Ddl || (statement.Facts.Effects & (Effects.Ddl | Effects.Dynamic)) != 0 || !statement.Facts.Understood) && !AreOwn(statement);

    /// <summary>It changes names that others see.</summary>
    public static bool Others(SqlStatement statement) => Any(statement) && !AreNone(statement);

    /// <summary>What stands for something else afterwards.</summary>
    public static ChangedNames Of(IReadOnlyList<SqlStatement> statements)
    {
        var (locked, unseen) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var (anyLocked, anyUnseen, untold) = (false, false, false);
        foreach (var statement in statements.Where(Others))
        {
            untold |= (statement.Facts.Effects & Effects.Dynamic) != 0 || !statement.Facts.Understood;
            if (statement.Command.NewName is { } given) unseen.Add(given);
            foreach (var access in statement.Facts.Accesses.Where(static access => !MovesNothing(access)))
            {
                switch (access.Kind)
                {
                    case "table" when access.Verb != "create": locked.Add(MovedNames.Bare(access.Name)); break;
                    case "table" or "function" or "type": unseen.Add(MovedNames.Bare(access.Name)); break;
                    case "schema" when access.Verb != "create": anyLocked = true; break;
                    // Casts, extensions and the like act where nobody names them.
                    case "other": anyUnseen = true; break;
                }
            }
        }

        return new(anyLocked ? null : locked, anyUnseen ? null : unseen, untold);
    }

    /// <summary>Nobody's: it adds an index, say, and so does nothing behind it.</summary>
    public static bool AreNone(SqlStatement statement) =>
        IsFollowed(statement) && statement.Command.KeepsNames && statement.Facts.Accesses.All(static access => !access.Implied || MovesNothing(access));

    private static bool IsFollowed(SqlStatement statement) => statement.Facts.Understood && (statement.Facts.Effects & (Effects.Dynamic | Effects.Unknown | Effects.Privilege)) == 0;

    private static bool IsTemporary(ObjectAccess access) => access.Kind == "table" && TemporaryRelations.Owns(access.Name);

    private static bool MovesNothing(ObjectAccess access) => access.Verb is "select" or "insert" or "update" or "delete" or "merge" or "execute";
}
