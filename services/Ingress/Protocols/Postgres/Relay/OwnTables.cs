using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>
/// Whether the session's own tables hold nothing but what its statements put there, every one of them followed and judged by the same masks. Nothing masked
/// can be copied then, so they hide nothing. Once that is in doubt it stays so: nobody can say where a value has been since.
/// </summary>
internal sealed class OwnTables
{
    private const Effects Unfollowed = Effects.Unknown | Effects.Dynamic | Effects.CodeExec | Effects.FileAccess | Effects.Session | Effects.Privilege;

    private volatile TargetMasks? under;
    private volatile bool inDoubt;

    /// <summary>For whom these masks are, they hide nothing that other masks of theirs do not.</summary>
    public bool Hold(TargetMasks? masks) => !inDoubt && masks is { HasColumnMasks: true } && (under is not { } then || masks.AreSame(then));

    public void Doubt() => inDoubt = true;

    /// <summary>These statements were sent.</summary>
    /// <param name="masks">Those that they were judged by; null: none.</param>
    public void Sent(IReadOnlyList<SqlStatement> statements, TargetMasks? masks, CatalogSnapshot catalog)
    {
        if (inDoubt) return;
        if (!Hold(masks)) inDoubt = true;
        under = masks;
        for (var i = 0; i < statements.Count; i++)
        {
            if (!IsFollowed(statements[i], catalog)) inDoubt = true;
            // What hangs on other tables is not known when no name is.
            if ((catalog.Relations.Count == 0 || PostgresOperations.MovesNames(statements, i)) && !statements[i].Facts.Plumbing && !statements[i].Facts.Accesses.All(static access => TemporaryRelations.Owns(access.Name))) inDoubt = true;
        }
    }

    // Names in code of the database's own may mean the session's tables, if it has some of these names: what it writes there nobody has judged.
    private static bool IsFollowed(SqlStatement statement, CatalogSnapshot catalog)
    {
        var facts = statement.Facts;
        var unfollowed = SetsOneOfAnApplication(statement.Command) ? Unfollowed & ~Effects.Session : statement.Command.IsFollowedCode ? Unfollowed & ~Effects.Dynamic : Unfollowed;
        if (!facts.Understood || (facts.Effects & unfollowed) != 0 || statement.Command is { Kind: SqlCommandKind.Fetch, Inner: null }) return false;
        for (var i = 0; i < facts.Accesses.Count; i++)
        {
            if (facts.Accesses[i] is { Kind: "function" } called && !OnlyComputes(called.Name, catalog)) return false;
        }

        return true;
    }

    // An application's own (app.user_id), or an extension's: nothing of PostgreSQL's own hangs on it, names and roles least of all.
    private static bool SetsOneOfAnApplication(SqlCommand command) => command is { Kind: SqlCommandKind.Set or SqlCommandKind.Reset, Name: { } name } && name.Contains('.');

    private static bool OnlyComputes(string function, CatalogSnapshot catalog) =>
        function.StartsWith("pg_catalog.", StringComparison.Ordinal)
        || catalog.Functions.TryGetValue(function, out var overloads) && overloads.All(static f => f is { Language: "c" or "internal", Volatility: not 'v', SecurityDefiner: false });
}
