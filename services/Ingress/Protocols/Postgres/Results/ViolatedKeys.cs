using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>DETAIL of a violated unique key quotes the key: it is shown where no column of its table is masked.</summary>
internal static class ViolatedKeys
{
    private const string UniqueViolation = "23505";

    /// <summary>The client's own statement met it, and not code that puts values together by itself, which has a context.</summary>
    public static bool IsShown(RelaySession session, RunningOperation? operation, PostgresDiagnostic error)
    {
        if (operation is null || error is not { SqlState: UniqueViolation } || error['W'] is not null || error['s'] is not { } schema || error['t'] is not { } table) return false;
        if (session.Gate.MasksFor(operation.Permit) is not { } masks || ResultMasks.NamesMoved(session, operation)) return false;
        var temporary = schema.StartsWith(TemporaryRelations.Schema + "_", StringComparison.Ordinal);
        var relation = temporary
            ? session.OwnTables.Hold(masks) ? operation.Context.Temporary.ByName.GetValueOrDefault(table) : null
            : operation.Context.Catalog.Relations.GetValueOrDefault($"{schema}.{table}");
        // What stands in a partition may be masked under its parent's name.
        return relation is { Kind: 'r', Parents.Count: 0 } && (!temporary || relation.IsVouched)
            && relation.Columns.All(column => masks.ForBaseColumn($"{relation.QualifiedName}.{column.Name}") is null) && HasOnly(relation, error.Detail);
    }

    // A column may be called "f(x)"; then it stands in quotes, and an expression does not.
    private static bool IsBare(string name) => name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    // A column that is not known yet may be masked, and an expression of an index gives what a function says.
    private static bool HasOnly(CatalogRelation relation, string? detail)
    {
        const string start = "Key (", end = ")=(";
        if (detail?.StartsWith(start, StringComparison.Ordinal) != true || detail.IndexOf(end, StringComparison.Ordinal) is not (> 0 and var at)) return false;
        return detail[start.Length..at].Split(", ").All(name => IsBare(name) && relation.Columns.Any(column => column.Name == name));
    }
}
