using System.Globalization;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Justifications;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>
/// How the server resolves names for this session. After anything that may have moved it, the server is asked again before the next
/// statement is judged: guessing what SET LOCAL, savepoints and functions left behind is how names get re-pointed unseen.
/// </summary>
internal sealed class SessionContext(RelaySession session)
{
    /// <summary>A table on which nothing hangs.</summary>
    private const string Plain =
        "c.relkind operator(pg_catalog.=) 'r' and not c.relhasrules and not c.relhassubclass " +
        "and not exists (select 1 from pg_catalog.pg_trigger g where g.tgrelid operator(pg_catalog.=) c.oid and not g.tgisinternal)";

    private const string Transaction = "pg_catalog.txid_current_if_assigned()";

    /// <summary>
    /// One row for each schema of the effective path, in order (<c>pg_temp</c> where the path itself names the temporary schema, else its number), one for each temporary relation or type (with 0 for a plain table; and one for what is known of it, see <see cref="OwnRelations"/>), one for each
    /// plain table that the open transaction made, one for each setting of Hoop's that is set, one for each that says how text reads, and one for the current role.
    /// </summary>
    internal const string Query = Path + Relations + Settings;

    /// <summary>The same of a session in which nothing has run yet: it has no relations of its own, and planning to look for them takes the server longer than the rest.</summary>
    internal const string FirstQuery = Path + Settings;

    private const string Path =
        "select 's', case when pg_catalog.left(p.n::pg_catalog.text, 8) operator(pg_catalog.=) 'pg_temp_' and p.n operator(pg_catalog.=) any (pg_catalog.current_schemas(false)) " +
        "then 'pg_temp' else p.n::pg_catalog.text end, p.i from pg_catalog.unnest(pg_catalog.current_schemas(true)) with ordinality as p(n, i) ";

    private const string Relations =
        $"union all select 't', c.relname::pg_catalog.text, case when {Plain} then 0 else 1 end from pg_catalog.pg_class c " +
        "where c.relnamespace operator(pg_catalog.=) pg_catalog.pg_my_temp_schema() and c.relkind operator(pg_catalog.<>) 'i' " +
        "union all select 't', y.typname::pg_catalog.text, 1 from pg_catalog.pg_type y where pg_catalog.pg_my_temp_schema() operator(pg_catalog.<>) 0::pg_catalog.oid " +
        "and y.typnamespace operator(pg_catalog.=) pg_catalog.pg_my_temp_schema() and y.typrelid operator(pg_catalog.=) 0::pg_catalog.oid " +
        OwnRelations.Query + " " + OwnRelations.Code +
        " union all select 'n', n.nspname::pg_catalog.text operator(pg_catalog.||) '.' operator(pg_catalog.||) c.relname::pg_catalog.text, 0 " +
        $"from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace where {Transaction} is not null " +
        $"and pg_catalog.age(c.xmin) operator(pg_catalog.<=) pg_catalog.age(({Transaction} operator(pg_catalog.%) 4294967296)::pg_catalog.text::pg_catalog.xid) and {Plain} ";

    private const string Settings =
        "union all select 'j', j.v, j.i from (values (1, pg_catalog.current_setting('hoop.reason', true)), (2, pg_catalog.current_setting('hoop.ticket', true)), " +
        "(3, pg_catalog.current_setting('hoop.emergency', true))) as j(i, v) where j.v is not null " +
        "union all select 'x', x.v, x.i from (values (1, pg_catalog.current_setting('client_encoding')), (2, pg_catalog.current_setting('standard_conforming_strings')), " +
        "(3, pg_catalog.current_setting('DateStyle')), (4, pg_catalog.current_setting('IntervalStyle')), (5, pg_catalog.current_setting('TimeZone'))) as x(i, v) " +
        "union all select 'u', current_user::pg_catalog.text, 0 order by 1, 3";

    private static readonly string[] TextSettingNames = ["client_encoding", "standard_conforming_strings", "DateStyle", "IntervalStyle", "TimeZone"];

    /// <summary>For what does not hang on names.</summary>
    internal static readonly SqlContext NoNames = new() { Catalog = CatalogSnapshot.Empty, SearchPath = ["pg_catalog", "public"] };

    private SqlContext? bare;
    private bool resolving;
    private bool followed = true;
    private bool movedInTransaction;
    private bool mayHaveEnded;
    private bool ownNamesMoved;
    private bool anythingSent;
    private bool codeMade;

    /// <summary>Null until the server was asked.</summary>
    public SqlContext? Current { get; private set; }

    /// <summary>For the record alone, where no decision hangs on names: as last known, else as they are written.</summary>
    public SqlContext ForTheRecord => Current ?? (bare ??= new() { Catalog = CatalogSnapshot.Empty, SearchPath = ["pg_catalog", "public"], Prepared = Prepared, Cursor = Cursor });

    /// <summary>What the session's settings say for whatever comes next; null: nothing.</summary>
    public Justification? Justification { get; private set; }

    /// <summary>The current role, the search path, and how dates and times are read: what an approval of a statement is bound to besides its text.</summary>
    public string Namespace { get; private set; } = "";

    /// <summary>The names' path, role and temporary relations: the same text as long as they are the same.</summary>
    public string Names { get; private set; } = "";

    /// <summary>A statement that ends a transaction was sent: what the server last said of the transaction is no longer so.</summary>
    public bool EndSent { get; private set; }

    /// <summary>What to ask the server for.</summary>
    public string Question => anythingSent ? Query : FirstQuery;

    /// <summary>A connection that somebody used before us, with temporary relations of theirs: all is to be asked.</summary>
    public bool Lacks(IReadOnlyList<string?[]> rows)
    {
        if (anythingSent || !rows.Any(static row => row is ["s", { } schema, _] && IsTemporary(schema))) return false;
        anythingSent = true;
        session.OwnTables.Doubt();
        return true;
    }

    /// <summary>Answers to what was sent must be in before the next statement is judged.</summary>
    public bool MustSettle { get; private set; }

    /// <summary>The server must be asked again.</summary>
    public bool MustAsk { get; private set; } = true;

    /// <summary>The catalog must be loaded again.</summary>
    public bool MustRefresh { get; private set; }

    /// <summary>The open transaction changed the schema; no other connection sees that yet.</summary>
    public bool UncommittedDdl { get; private set; }

    /// <summary>The names are those of the open transaction, which changed some.</summary>
    public bool HasOwnNames { get; private set; }

    /// <summary>They could not be read.</summary>
    public bool NamesUnseen => UncommittedDdl && !(HasOwnNames && Current is { } known && !ReferenceEquals(known.Catalog, CatalogSnapshot.Changed));

    /// <summary>Those that were read since it last changed any; null: read them.</summary>
    public CatalogSnapshot? OwnNames => HasOwnNames && !ownNamesMoved ? Current!.Catalog : null;

    /// <summary>True when later statements may resolve their names differently.</summary>
    internal static bool MovesNames(SqlStatement statement) => statement.Command.Kind switch
    {
        SqlCommandKind.Set or SqlCommandKind.Reset => !statement.Facts.Plumbing || NamesPath(statement.Command.Name),
        SqlCommandKind.Discard or SqlCommandKind.Ddl or SqlCommandKind.Prepare or SqlCommandKind.Deallocate
            or SqlCommandKind.Declare or SqlCommandKind.CloseCursor => true,
        _ => (statement.Facts.Effects & PostgresOperations.Moving) != 0 || !statement.Facts.Understood,
    };

    /// <summary>
    /// Statements ran that nobody followed: what prepared statements and cursors stand for is not known any more. Those that were
    /// prepared before are refused from here on until they are prepared again.
    /// </summary>
    public void ForgetWhatWasNotFollowed()
    {
        if (followed) return;
        followed = true;
        lock (session.Lock)
        {
            session.Statements.Clear();
            session.Portals.Clear();
        }
    }

    /// <summary>These statements are on their way to the server.</summary>
    /// <param name="freely">They were let through because everything is.</param>
    public void Sent(RunningOperation operation, bool freely)
    {
        anythingSent = true;
        var statements = operation.Analysis.Statements;
        session.OwnTables.Sent(statements, session.Gate.MasksFor(operation.Permit), operation.Context.Catalog);
        if (freely) followed &= statements.All(IsFollowed);
        for (var i = 0; i < statements.Count; i++) Sent(statements[i], freely);
        if (session.NamesChange is { } change) change.MayCommit = !session.IsSurelyInTransaction || statements.Any(static statement => statement.Command.EndsTransaction || !statement.Facts.Understood);
    }

    private void Sent(SqlStatement statement, bool freely)
    {
        var kind = statement.Command.Kind;
        // What others changed meanwhile is known with the answer.
        if (StoresForItself(statement)) MustSettle = true;
        if (MovesNames(statement) || kind is SqlCommandKind.Set or SqlCommandKind.Reset) (MustSettle, MustAsk, movedInTransaction) = (true, true, true);
        // TRUNCATE destroys rows and moves no name: what it fires is in its effects.
        if (NameChanges.Any(statement))
        {
            (MustRefresh, UncommittedDdl, ownNamesMoved) = (true, true, true);
            if (!NameChanges.AreNone(statement))
            {
                session.BeginNamesChange();
                // Of others it was said before, so that it could wait for those who use them.
                if (freely) session.NamesChange!.Add(NameChanges.Of([statement]));
            }
        }

        if (!statement.Command.EndsTransaction) return;

        EndSent = true;
        // What the transaction moved may have moved back.
        if (movedInTransaction) (MustSettle, MustAsk) = (true, true);
        // With a part of the transaction a part of its changes may be gone.
        if (UncommittedDdl) (MustRefresh, ownNamesMoved) = (true, true);
    }

    // For every statement: without an enumerator.
    private static bool StoresForItself(SqlStatement statement)
    {
        if ((statement.Facts.Effects & (Effects.Read | Effects.Write)) != (Effects.Read | Effects.Write)) return false;
        for (var i = 0; i < statement.Facts.Accesses.Count; i++)
        {
            if (statement.Facts.Accesses[i] is { Verb: "insert" or "update" or "merge" } access && TemporaryRelations.Owns(access.Name)) return true;
        }

        return false;
    }

    // After a change of how text reads, the next statement may be read wrongly before the server has said so.
    private static bool IsFollowed(SqlStatement statement) =>
        statement.Facts.Understood && (statement.Facts.Effects & (Effects.Dynamic | Effects.Unknown)) == 0
        && !(statement.Command.Kind is SqlCommandKind.Set or SqlCommandKind.Reset && (statement.Command.Name is null or "all" || TextSettings.Governs(statement.Command.Name)));

    /// <summary>A Sync or a simple query was sent: a transaction that nobody began ends with it, and takes back what it moved.</summary>
    public void MayHaveEnded()
    {
        if (movedInTransaction) (mayHaveEnded, MustSettle) = (true, true);
    }

    /// <summary>Everything sent is answered.</summary>
    /// <param name="open">Since the last Sync more was sent: what the server said of the transaction is older.</param>
    public void Settled(bool open)
    {
        MustSettle = false;
        if (mayHaveEnded && (open || session.TransactionStatus != ReadyForQuery.InTransaction)) MustAsk = true;
        mayHaveEnded = false;
        if (!open) EndSent = false;
    }

    /// <param name="own">The catalog is that of the open transaction.</param>
    /// <param name="idle">No transaction is open.</param>
    public void Answered(IReadOnlyList<string?[]> rows, CatalogSnapshot catalog, bool own, bool idle)
    {
        (MustAsk, HasOwnNames, ownNamesMoved) = (false, own, false);
        codeMade = ReferenceEquals(catalog, CatalogSnapshot.Changed);
        if (idle) (MustRefresh, movedInTransaction, UncommittedDdl) = (false, false, false);
        lock (session.Lock)
        {
            // Within a pipeline the server reports them only at its end.
            foreach (var setting in rows.Where(row => row is ["x", not null, _]))
                session.Text.Apply(TextSettingNames[int.Parse(setting[2]!, CultureInfo.InvariantCulture) - 1], setting[1]!);
        }

        if (rows.Any(static row => row[0] == "c")) session.OwnTables.Doubt();
        string[] path = [.. rows.Where(row => row is ["s", not null, _]).Select(row => row[1]!)];
        Justification = Justified(rows);
        Namespace = $"{rows.FirstOrDefault(row => row is ["u", ..])?[1]} {string.Join(' ', path.Select(schema => IsTemporary(schema) ? "pg_temp" : schema))} {session.Text.Formats}";
        var temporary = rows.Where(row => row is ["t", not null, _]).Select(row => row[1]!).ToHashSet(StringComparer.Ordinal);
        // With their numbers and definitions: another of the same name is another.
        Names = $"{Namespace}\n{string.Join('\0', temporary.Concat(rows.Where(static row => row is ["d", not null, _]).Select(static row => row[1]!)).Order(StringComparer.Ordinal))}";
        var plain = rows.Where(row => row is ["n", not null, _] or ["t", not null, "0"]).Select(row => row[0] == "t" ? "pg_temp." + row[1] : row[1]!).ToHashSet(StringComparer.Ordinal);
        // Always a new object: what was analysed in the old one, names of cursors and prepared statements included, is looked at again.
        Current = new SqlContext { Catalog = catalog, SearchPath = path, IsTemporary = temporary.Contains, IsPlainTable = plain.Contains, Temporary = OwnRelations.Read(rows, path, session.OwnTables.Hold(session.Gate.CurrentMasks)), Prepared = Prepared, Cursor = Cursor, IsUnrun = IsUnrun, IsMoved = IsMoved, MovedInTransaction = movedInTransaction, CodeMade = codeMade };
    }

    private static Justification? Justified(IReadOnlyList<string?[]> rows)
    {
        string? Setting(string number) => rows.FirstOrDefault(row => row is ["j", not null, _] && row[2] == number)?[1];
        return Said.Of(Said.Reason(Setting("1")), Said.Ticket(Setting("2")), Said.IsOn(Setting("3")));
    }

    /// <summary>The target's catalog was loaded again, by whomever: a schema of the path may be new, so the server is asked what the path is now.</summary>
    public void Use(CatalogSnapshot catalog)
    {
        if (Current is not { } known || ReferenceEquals(known.Catalog, catalog)) return;
        Current = known with { Catalog = catalog };
        MustAsk = true;
    }

    /// <summary>Nobody vouches any more for what the session's tables hold.</summary>
    public void Doubt()
    {
        if (Current is { Temporary: { AnyVouched: true } temporary } known && !session.OwnTables.Hold(session.Gate.CurrentMasks)) Current = known with { Temporary = temporary.Unvouched() };
    }

    private SqlStatement? Prepared(string name)
    {
        PreparedStatement? statement;
        lock (session.Lock) statement = session.Statements.Confirmed(name);
        return Inner(statement);
    }

    private SqlStatement? Cursor(string name)
    {
        Portal? portal;
        lock (session.Lock) portal = session.Portals.Confirmed(name);
        // Its plan is of then, whatever its text would mean now: where that is something else, nothing is known of it.
        return portal?.Planned is { } then && Inner(portal.Statement) is { } now && PostgresOperations.AreSame(then, now) ? now : null;
    }

    // A cursor was judged when it was declared; in a text, what comes before the FETCH does not run a portal either.
    private bool IsUnrun(string name)
    {
        lock (session.Lock) return session.Portals.Any(name, static portal => !portal.IsCursor && !portal.IsExecuted);
    }

    private bool IsMoved(string name)
    {
        Portal? portal;
        lock (session.Lock) portal = session.Portals.Confirmed(name);
        return portal?.Planned is { CallsCode: true } then && !(Inner(portal.Statement) is { } now && PostgresOperations.AreSame(then, now));
    }

    private SqlStatement? Inner(PreparedStatement? statement)
    {
        // "EXECUTE a" prepared as "a" must not be followed for ever.
        if (statement is null || resolving) return null;
        resolving = true;
        try
        {
            return statement.Analyze(session.Services.Analyze, ForTheRecord) is { Statements: [var only] } ? only : null;
        }
        finally
        {
            resolving = false;
        }
    }

    // Each session's has a number of its own.
    private static bool IsTemporary(string schema) => schema == "pg_temp" || schema.StartsWith("pg_temp_", StringComparison.Ordinal);

    internal static bool NamesPath(string? name) => name is null or "search_path" or "role" or "session_authorization" or "all";
}
