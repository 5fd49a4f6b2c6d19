using System.Buffers;
using System.Collections.Frozen;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Secrets;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>
/// The commands of a replication connection (PostgreSQL: protocol 55.4). They are not SQL, and reach past names: what a slot, a publication or a backup hands out is the whole database's, or the cluster's.
/// </summary>
public static class ReplicationCommands
{
    /// <summary>With the effects that the functions have which do the same in SQL. SHOW is SQL, too.</summary>
    private static readonly FrozenDictionary<string, E> Effects = new Dictionary<string, E>
    {
        ["IDENTIFY_SYSTEM"] = E.Read,
        ["TIMELINE_HISTORY"] = E.Read,
        ["READ_REPLICATION_SLOT"] = E.Read,
        ["START_REPLICATION"] = E.Read | E.Privilege,
        ["CREATE_REPLICATION_SLOT"] = E.Privilege | E.Lock,
        ["ALTER_REPLICATION_SLOT"] = E.Privilege | E.Lock,
        ["DROP_REPLICATION_SLOT"] = E.Privilege | E.Lock,
        ["BASE_BACKUP"] = E.Read | E.FileAccess,
        ["UPLOAD_MANIFEST"] = E.FileAccess,
    }.ToFrozenDictionary();

    private static readonly SearchValues<char> InWord = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$");
    private static readonly FrozenDictionary<string, E>.AlternateLookup<ReadOnlySpan<char>> ByWord = Effects.GetAlternateLookup<ReadOnlySpan<char>>();

    internal static IEnumerable<string> Words => Effects.Keys;

    /// <summary>As the server tells them from SQL: by their first word. Null: it is SQL.</summary>
    public static SqlAnalysis? Read(string text)
    {
        var command = text.AsSpan().TrimStart(" \t\r\n\f\v");
        var end = command.IndexOfAnyExcept(InWord);
        var word = end < 0 ? command : command[..end];
        if (!ByWord.TryGetValue(word, out var effects)) return null;
        var facts = new OperationFacts
        {
            Protocol = "postgres", Understood = true, Plumbing = false, Effects = effects,
            Accesses = [new ObjectAccess("replicate", "other", "*")], Fingerprint = CanonicalTree.Fingerprint(word.ToString()),
        };
        return new([new SqlStatement { Text = text, Command = SqlCommand.Other, Facts = facts }], null) { Secrets = SqlSecrets.OfUnread(text) };
    }
}
