using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>What the statements of one text see of those before them, which the session cannot have noted yet.</summary>
sealed class ScriptContext(SqlContext start)
{
    readonly Func<string, SqlStatement?> sessionPrepared = start.Prepared, sessionCursor = start.Cursor;
    readonly Dictionary<string, SqlStatement> prepared = [], cursors = [];
    bool preparedHidden, cursorsHidden, pathUnknown, moved = start.MovedInTransaction;

    public SqlContext Current { get; private set; } = start;

    /// <summary>A statement whose names can no longer be resolved is not understood.</summary>
    public SqlStatement Judge(SqlStatement statement) =>
        pathUnknown && !statement.Facts.Plumbing ? statement.Doubted() : statement;

    /// <param name="node">The statement's tree.</param>
    public void After(SqlStatement statement, JsonElement node)
    {
        var command = statement.Command;
        // What the transaction moved may have moved back: what follows in the same text hangs on what the session did before it.
        pathUnknown |= moved && command.EndsTransaction;
        // A table that was made here may be gone again.
        if (Current.Changes is not null && command.Kind is SqlCommandKind.Commit or SqlCommandKind.Rollback or SqlCommandKind.RollbackTo or SqlCommandKind.Discard)
            Current = Current with { Changes = TextChanges.Anything };
        switch (command.Kind)
        {
            case SqlCommandKind.Prepare when command.Name is not null:
                prepared[command.Name] = statement;
                break;
            case SqlCommandKind.Deallocate when command.Name is not null:
                prepared.Remove(command.Name);
                break;
            case SqlCommandKind.Declare when command.Name is not null:
                cursors[command.Name] = statement;
                break;
            case SqlCommandKind.Deallocate or SqlCommandKind.Discard when command.Name is null:
                prepared.Clear();
                preparedHidden = true;
                pathUnknown |= command.Kind == SqlCommandKind.Discard;
                break;
            case SqlCommandKind.CloseCursor:
                if (command.Name is not null) cursors.Remove(command.Name);
                else cursors.Clear();
                cursorsHidden |= command.Name is null;
                break;
            case SqlCommandKind.Set or SqlCommandKind.Reset when command.Name is null or "search_path":
                moved = true;
                SetPath(command.Kind == SqlCommandKind.Set ? command.Value : null);
                break;
            case SqlCommandKind.Set or SqlCommandKind.Reset when command.Name is { } name && Settings.IsIdentity(name):
                // "$user" of the path is somebody else.
                pathUnknown = true;
                break;
            case SqlCommandKind.Ddl:
                // What the text itself changes is in no snapshot: from here on every name may mean something else.
                Current = Current with { Catalog = MakesFunctions(statement) || ReferenceEquals(Current.Catalog, CatalogSnapshot.Changed) ? CatalogSnapshot.Changed : CatalogSnapshot.Empty, Temporary = TemporaryRelations.None, Changes = TextChanges.After(Current.Changes, node, statement.Facts.Effects, Current), CodeMade = Current.CodeMade || statement.MakesCode };
                moved = true;
                break;
            default:
                return;
        }
        Current = Current with { Prepared = Prepared, Cursor = Cursor };
    }

    static bool MakesFunctions(SqlStatement statement) =>
        (statement.Facts.Effects & (Effects.Dynamic | Effects.Unknown | Effects.CodeExec)) != 0 || statement.Facts.Accesses.Any(a => a.Kind == "function");

    SqlStatement? Prepared(string name) => prepared.TryGetValue(name, out var found) ? found : preparedHidden ? null : sessionPrepared(name);

    SqlStatement? Cursor(string name) => cursors.TryGetValue(name, out var found) ? found : cursorsHidden ? null : sessionCursor(name);

    // Only plain names: anything that would need the server's quoting rules, or the current role, leaves the path unknown.
    void SetPath(string? value)
    {
        pathUnknown = value is null || !value.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_' or ',' or ' ');
        if (pathUnknown) return;
        var path = value!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList();
        if (!path.Contains("pg_catalog")) path.Insert(0, "pg_catalog");
        Current = Current with { SearchPath = path };
    }
}
