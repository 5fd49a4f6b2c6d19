using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Understanding;

namespace Hoop.Ingress.Sql;

/// <summary>What the server would use to resolve names in a statement.</summary>
public sealed record SqlContext
{
    public required CatalogSnapshot Catalog { get; init; }

    /// <summary>
    /// Effective schemas in order, <c>pg_catalog</c> included at its place (first unless named). The temporary schema is <c>pg_temp</c> where the path names it; where it does
    /// not, it comes first, by its number or not at all.
    /// </summary>
    public required IReadOnlyList<string> SearchPath { get; init; }

    /// <summary>
    /// Whether the session has, or may have, a temporary relation or type of this bare name. Such names hide tables of the search path, and types, PostgreSQL's own among them.
    /// What <see cref="Temporary"/> does not list has columns that nothing is known of.
    /// </summary>
    public Func<string, bool> IsTemporary { get; init; } = static _ => false;

    public TemporaryRelations Temporary { get; init; } = TemporaryRelations.None;

    /// <summary>
    /// Whether a relation that is in no snapshot, by its qualified name (<c>pg_temp.t</c>), is a table on which nothing hangs: no rules, no triggers, no children.
    /// One that may be a view hands what is written to another.
    /// </summary>
    public Func<string, bool> IsPlainTable { get; init; } = static _ => false;

    /// <summary>The session's prepared statements by name, for EXECUTE.</summary>
    public Func<string, SqlStatement?> Prepared { get; init; } = static _ => null;

    /// <summary>The session's open cursors by name, for FETCH and MOVE.</summary>
    public Func<string, SqlStatement?> Cursor { get; init; } = static _ => null;

    /// <summary>Whether a portal of this name was bound by protocol and never executed: FETCH and MOVE would be the first to run it.</summary>
    public Func<string, bool> IsUnrun { get; init; } = static _ => false;

    /// <summary>Whether a cursor of this name calls functions and would mean something else by now: they would run by names that nobody judged it with.</summary>
    public Func<string, bool> IsMoved { get; init; } = static _ => false;

    /// <summary>The session's open transaction moved names: with its end they may move back.</summary>
    public bool MovedInTransaction { get; init; }

    /// <summary>Names changed that could not be read since, or functions, operators, casts or types were made that are in no catalog yet: what looks like PostgreSQL's own may be one of them.</summary>
    public bool CodeMade { get; init; }

    /// <summary>Null while the catalog holds.</summary>
    internal TextChanges? Changes { get; init; }

    /// <summary>Stands for the catalog and the search path in caches.</summary>
    internal long Names => (names is { } known && known.IsOf(Catalog, SearchPath) ? known : names = new(Catalog, SearchPath)).Value;

    NameSpaces.Remembered? names;
}
