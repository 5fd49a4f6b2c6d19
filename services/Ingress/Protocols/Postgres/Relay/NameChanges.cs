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

    /// <summary>It changes names, of whomever.</summary>
    public static bool Any(SqlStatement statement) =>
        (statement.Command.Kind == SqlCommandKind.Ddl || (statement.Facts.Effects & (Effects.Ddl | Effects.Dynamic)) != 0 || !statement.Facts.Understood) && !AreOwn(statement);

    /// <summary>It changes names that others see.</summary>
    public static bool Others(SqlStatement statement) => Any(statement) && !AreNone(statement);

    /// <summary>Those of relations and functions that stand for something else afterwards, without their schemas.</summary>
    /// <returns>Null: they may be any.</returns>
    public static HashSet<string>? Of(IReadOnlyList<SqlStatement> statements)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var statement in statements.Where(Others))
        {
            if (statement.Command.NewName is { } given) names.Add(given);
            foreach (var access in statement.Facts.Accesses.Where(static access => !MovesNothing(access)))
            {
                if (access.Kind is "table" or "function") names.Add(Bare(access.Name));
                else if (access is { Kind: "schema", Verb: not "create" }) return null;
            }
        }

        return names;
    }

    public static string Bare(string name) => name[(name.LastIndexOf('.') + 1)..];

    /// <summary>Nobody's: it adds an index, say, and so does nothing behind it.</summary>
    public static bool AreNone(SqlStatement statement) =>
        IsFollowed(statement) && statement.Command.KeepsNames && statement.Facts.Accesses.All(static access => !access.Implied || MovesNothing(access));

    private static bool IsFollowed(SqlStatement statement) => statement.Facts.Understood && (statement.Facts.Effects & (Effects.Dynamic | Effects.Unknown | Effects.Privilege)) == 0;

    private static bool IsTemporary(ObjectAccess access) => access.Kind == "table" && TemporaryRelations.Owns(access.Name);

    private static bool MovesNothing(ObjectAccess access) => access.Verb is "select" or "insert" or "update" or "delete" or "merge" or "execute";
}
