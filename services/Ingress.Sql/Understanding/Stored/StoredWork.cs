using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>What stored code does when the statement at hand sets it off. Each piece is worked out once for a statement, whoever calls it, and how often.</summary>
sealed class StoredWork
{
    /// <summary>More pieces than anybody has: a net of functions made to keep the reader busy.</summary>
    const int Most = 500;

    readonly Dictionary<(object, string), OperationFacts?> done = [];

    /// <summary>Null while it is being worked out (it calls itself), and when it cannot be said.</summary>
    public OperationFacts? Of(object piece, IReadOnlyList<string> path, Func<OperationFacts?> read)
    {
        var key = (piece, string.Join('\n', path));
        if (done.TryGetValue(key, out var facts)) return facts;
        if (done.Count >= Most) return null;
        done[key] = null;
        underWay.Add(piece);
        done[key] = read();
        underWay.Remove(piece);
        return done[key];
    }

    /// <summary>A type was met within which a domain has a CHECK with code of the database's own: a constant of it is checked when it is parsed.</summary>
    public bool ChecksConstants { get; set; }

    /// <summary>Something with such a CHECK, or another expression of the database's own, hangs on what the statement names: a parameter of its type is checked when its value comes.</summary>
    public bool ChecksValues { get; set; }

    /// <summary>Functions of triggers that may run at the end of the transaction.</summary>
    public HashSet<string> Deferred { get; } = [];

    /// <summary>Texts of the prepared statements that are executed.</summary>
    public HashSet<string> Executes { get; } = [];

    readonly HashSet<string> begun = [];
    readonly HashSet<object> underWay = [];

    /// <summary>True the first time: triggers may set off each other in circles, and a second look would find nothing new.</summary>
    public bool Begin(string what) => begun.Add(what);

    public bool IsUnderWay(CatalogFunction function) => underWay.Contains(function);

    public static OperationFacts? Of(StatementWalk walk, CatalogFunction function)
    {
        var path = walk.Context.SearchPath;
        return walk.Stored.Of(function, path, () => FunctionReader.Read(function) is { } code ? Read(walk, code) : null);
    }

    /// <summary>Everything that the code may do, whichever way it goes.</summary>
    public static OperationFacts? Read(StatementWalk walk, StoredCode code)
    {
        if (walk.Depth >= StatementWalk.MaxDepth) return null;
        var context = walk.Context with { SearchPath = code.SearchPath ?? walk.Context.SearchPath };
        if (Changes(code, context) is { } changes) context = context with { Changes = changes };
        var all = new StatementWalk(context, "", walk.Depth + 1, walk.Stored);
        if (!Visit(all, code, context)) return null;
        foreach (var type in code.Types.Distinct()) Consequences.OfType(all, type);
        // What the code itself changes is in no snapshot: what it does afterwards is looked at without one, too.
        if ((all.Effects & E.Ddl) != 0 && context.Catalog != CatalogSnapshot.Empty
            && !Visit(all, code, context with { Catalog = CatalogSnapshot.Empty, Changes = context.Changes ?? TextChanges.Anything })) return null;
        if (code.RunsText) all.Add(E.Dynamic);
        if (code.OtherSettings) all.Add(E.Session | E.Unknown);
        return new()
        {
            Protocol = StatementReader.Protocol, Understood = true, Plumbing = all.IsPlumbing, Accesses = all.Accesses, Effects = all.Effects, Fingerprint = "",
        };
    }

    // Whichever way the code goes: all that it may make.
    static TextChanges? Changes(StoredCode code, SqlContext context)
    {
        TextChanges? changes = null;
        foreach (var tree in code.Trees)
            if (tree.TryNode(out var type, out _) && type is not ("SelectStmt" or "InsertStmt" or "UpdateStmt" or "DeleteStmt" or "MergeStmt" or "DropStmt"
                or "TransactionStmt" or "VariableSetStmt" or "LockStmt" or "NotifyStmt" or "CopyStmt" or "CallStmt" or "DoStmt" or "TruncateStmt"))
                changes = TextChanges.After(changes, tree, code.RunsText ? E.Dynamic : E.None, context);
        return changes;
    }

    static bool Visit(StatementWalk all, StoredCode code, SqlContext context)
    {
        all.MayBePlumbing = true;
        foreach (var tree in code.Trees)
        {
            var one = new StatementWalk(context, "", all.Depth, all.Stored) { Variables = code.Variables, Records = code.Records };
            one.Visit(tree, null);
            UntypedValues.Visit(one, one.Accesses);
            if (!one.Understood || one.SessionDependent) return false;
            if (MovesSession(one.Command)) one.Add(E.Session | E.Unknown);
            all.Merge(one);
        }
        return true;
    }

    // The session follows these in its own statements only: behind its back they leave it with names that it resolves wrongly.
    public static bool MovesSession(SqlCommand command) => command.Kind switch
    {
        SqlCommandKind.Set or SqlCommandKind.Reset =>
            command.Name is null or "search_path" or "standard_conforming_strings" or "client_encoding" || !Settings.IsHarmless(command.Name),
        SqlCommandKind.Prepare or SqlCommandKind.Execute or SqlCommandKind.Deallocate or SqlCommandKind.Declare or SqlCommandKind.Fetch
            or SqlCommandKind.CloseCursor or SqlCommandKind.Discard => true,
        _ => false,
    };
}
