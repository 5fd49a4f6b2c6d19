namespace Hoop.Approval.Portal.Statements;

/// <summary>Words shown as keywords: those that carry a statement's shape.</summary>
internal static class SqlKeywords
{
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> All = new HashSet<string>(
        """
        abort add all alter analyze and any as asc begin between both by call cascade case cast check close cluster collate column comment commit
        concurrently conflict constraint copy create cross current cursor database deallocate declare default deferrable delete desc disable discard
        distinct do drop each else enable end except exclude execute exists explain extension false fetch filter first following for foreign from full
        function grant group having ilike in index inner insert instead intersect into is isnull join key language last lateral left like limit listen
        load lock materialized matched merge move natural no not nothing notify notnull null nulls of offset on only or order outer over owner
        partition policy preceding prepare primary privileges procedure program public range reassign references refresh reindex release rename
        replace reset restrict returning revoke right role rollback row rows rule savepoint schema security select sequence server session set setof show
        similar some start subscription table temp temporary then to trigger true truncate type unbounded union unique unlisten update user using
        vacuum values view when where window with within without
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool Has(ReadOnlySpan<char> word) => All.Contains(word);
}
