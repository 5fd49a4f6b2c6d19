namespace Hoop.Ingress.Catalog;

/// <summary>
/// What is asked of the target. The transaction sees one moment, and the search path is pg_catalog, so that the server writes definitions with all
/// other names qualified. Temporary relations come last in it, or somebody's own <c>pg_class</c> would be read for the server's.
/// </summary>
internal static class CatalogSql
{
    public const string Begin = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

    /// <summary>
    /// For the transaction that reads. A lock that somebody took after we looked: fail and try again, rather than stand in the queue behind them. And no JIT (11 and later have
    /// it): the planner takes these for large queries, and the server compiles for most of a second what then runs for 50 ms.
    /// </summary>
    public const string Settings =
        """
        SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), pg_catalog.set_config('statement_timeout', '20s', true), pg_catalog.set_config('lock_timeout', '3s', true),
               CASE WHEN pg_catalog.current_setting('jit', true) IS NOT NULL THEN pg_catalog.set_config('jit', 'off', true) END
        """;

    /// <summary>
    /// Notes what others have locked, or wait to lock, against every reader, and the views right over it: their definitions could not be read before they
    /// are done, which may be never. Such relations are left out, as if they were not known; temporary ones are anyway. One row: their oids, as an array.
    /// </summary>
    public const string NoteLocked =
        """
        WITH locked AS (
          SELECT l.relation AS oid FROM pg_locks l JOIN pg_class r ON r.oid = l.relation AND r.relpersistence <> 't'
          WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid IS DISTINCT FROM pg_backend_pid() AND l.relation >= 16384
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
        SELECT set_config('hoop.locked', (SELECT coalesce(array_agg(x.oid ORDER BY x.oid), '{}')::text FROM (
          SELECT oid FROM locked
          UNION SELECT r.ev_class FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
          WHERE d.refobjid IN (SELECT oid FROM locked)) x), true)
        """;

    /// <summary>
    /// One text that is another one after every committed change of what the queries below read, and one that is after such a change of PostgreSQL's own, for some 3 ms: every row that a change leaves
    /// has the change's xmin, which freezing keeps. Temporary relations are left out: they come and go all the time, and are nobody else's.
    /// </summary>
    public static readonly string Stamp =
        $"""
        WITH own(oid) AS (SELECT c.oid FROM pg_class c WHERE c.relpersistence = 't'),
             spaces(oid) AS (SELECT n.oid FROM pg_namespace n WHERE n.nspname ~ '^pg_(temp|toast_temp)_')
        SELECT string_agg(concat_ws(' ', s.part, s.rows, s.changes), ',' ORDER BY s.part), string_agg(concat_ws(' ', s.part, s.systems), ',' ORDER BY s.part) FILTER (WHERE s.systems IS NOT NULL) FROM (
          {string.Join("\n  UNION ALL ", Stamped.Select(StampOf))}
        ) s(part, rows, changes, systems)
        """;

    public const string Commit = "COMMIT";

    /// <summary>What was there before the database: PostgreSQL's own (FirstNormalObjectId).</summary>
    private const string Systems = "< 16384";

    private const string Others = ">= 16384";

    private const string All = "true";

    // With what tells rows of the system's, where such rows are read by themselves.
    private static (string Catalog, string Rows, string? Key)[] Stamped =>
    [
        ("class", "relpersistence <> 't'", null), ("attribute", OfOthers("attrelid"), "attrelid"), ("attrdef", OfOthers("adrelid"), null), ("constraint", OfOthers("conrelid"), null),
        ("index", OfOthers("indrelid"), null), ("statistic_ext", OfOthers("stxrelid"), null), ("inherits", OfOthers("inhrelid"), null), ("rewrite", OfOthers("ev_class"), null), ("trigger", OfOthers("tgrelid"), null),
        ("partitioned_table", OfOthers("partrelid"), null), ("policy", OfOthers("polrelid"), null),
        ("type", "typnamespace NOT IN (SELECT oid FROM spaces)", "oid"), ("namespace", "oid NOT IN (SELECT oid FROM spaces)", "oid"), ("range", All, null),
        ("proc", All, "oid"), ("aggregate", All, "aggfnoid::oid"), ("language", All, "oid"), ("operator", All, null), ("amop", All, null), ("amproc", All, null), ("cast", All, null), ("event_trigger", All, null), ("extension", All, null), ("depend", "deptype IN ('e', 'x') OR deptype = 'a' AND classid = refclassid AND objid NOT IN (SELECT oid FROM own)", null), ("foreign_data_wrapper", All, null), ("foreign_server", All, null),
    ];

    private static string OfOthers(string relation) => $"{relation} NOT IN (SELECT oid FROM own)";

    private static string StampOf((string Catalog, string Rows, string? Key) part) =>
        $"SELECT '{part.Catalog}', count(*), sum({Change}), {(part.Key is { } key ? $"concat_ws(' ', count(*) FILTER (WHERE {key} {Systems}), sum({Change}) FILTER (WHERE {key} {Systems}))" : "NULL")} FROM pg_{part.Catalog} WHERE {part.Rows}";

    private const string Change = "hashtext(xmin::text)::bigint";

    private const string Unlocked = "<> ALL (current_setting('hoop.locked')::oid[])";

    private const string Visible = "n.nspname !~ '^pg_(temp|toast)'";

    private const string System = "n.nspname IN ('pg_catalog', 'information_schema')";

    /// <summary>PostgreSQL's own: what somebody else put into its schemas has a number of those that are given out later.</summary>
    private const string SystemRelation = $"({System} AND c.oid {Systems})", SystemFunction = $"({System} AND p.oid {Systems})";

    /// <summary>oid, schema, name, kind, has triggers, has rules, definition.</summary>
    public const string Relations =
        $"""
        SELECT c.oid, n.nspname, c.relname, c.relkind, c.relhastriggers,
               EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type <> '1'),
               CASE WHEN c.relkind IN ('v', 'm') AND NOT {SystemRelation} THEN pg_get_viewdef(c.oid) END
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND {Visible} AND c.oid {Unlocked}
        ORDER BY c.oid
        """;

    /// <summary>relation, name, number, type, generation expression, NOT NULL, in the primary key, in the partition key, of a collation of its own.</summary>
    public static readonly string Columns = ColumnsOf(Others);

    /// <summary>The same of PostgreSQL's own.</summary>
    public static readonly string SystemColumns = ColumnsOf(Systems);

    private static string ColumnsOf(string relations) =>
        $"""
        SELECT a.attrelid, a.attname, a.attnum, a.atttypid,
               CASE WHEN a.attgenerated <> '' THEN (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END,
               a.attnotnull, coalesce(a.attnum = ANY (k.conkey), false), coalesce(y.partexprs IS NOT NULL OR a.attnum = ANY (y.partattrs), false), a.attcollation NOT IN (0, 100)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p' AND NOT k.condeferrable LEFT JOIN pg_partitioned_table y ON y.partrelid = c.oid
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND {Visible} AND c.oid {Unlocked} AND a.attrelid {relations}
        ORDER BY a.attrelid, a.attnum
        """;

    /// <summary>child, parent.</summary>
    public const string Parents = "SELECT inhrelid, inhparent FROM pg_inherits ORDER BY inhrelid, inhseqno";

    /// <summary>
    /// oid, schema, name, volatility, language, security definer, source, then what it gives in FROM: <c>scalar</c>, <c>record</c> with
    /// column names separated by U+0001, or null where that depends on the call. Last the whole definition, untrusted language, and the functions that an
    /// aggregate is made of, or PostgreSQL's own that a function is another name of (<c>schema.name</c>, separated by U+0001), whether it gives or is of several rows, and its extension.
    /// </summary>
    public static readonly string Functions = FunctionsOf(Others);

    /// <summary>The same of PostgreSQL's own, most of what there is.</summary>
    public static readonly string SystemFunctions = FunctionsOf(Systems);

    private static string FunctionsOf(string functions) =>
        $"""
        SELECT p.oid, n.nspname, p.proname, p.provolatile, l.lanname, p.prosecdef,
               CASE WHEN l.lanname NOT IN ('internal', 'c') AND NOT {SystemFunction} THEN p.prosrc END,
               CASE
                 WHEN o.count > 1 AND NOT o.unclear OR o.count = 1 AND NOT o.unclear AND b.scalar THEN 'record'
                 WHEN o.count = 0 AND b.scalar THEN 'scalar'
                 WHEN o.count = 0 AND t.typtype = 'c' THEN 'record'
               END,
               CASE WHEN o.count > 0 THEN o.names ELSE
                 (SELECT string_agg(a.attname, chr(1) ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
               END,
               CASE WHEN p.prokind IN ('f', 'p') AND l.lanname IN ('sql', 'plpgsql') AND NOT {SystemFunction} THEN pg_get_functiondef(p.oid) END,
               l.lanname NOT IN ('internal', 'c') AND NOT l.lanpltrusted,
               CASE WHEN p.prokind = 'a' AND NOT {SystemFunction} THEN (
                 SELECT string_agg(wn.nspname || '.' || w.proname, chr(1) ORDER BY w.oid)
                 FROM pg_aggregate g JOIN pg_proc w ON w.oid IN (g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.aggserialfn, g.aggdeserialfn, g.aggmtransfn, g.aggminvtransfn, g.aggmfinalfn)
                 JOIN pg_namespace wn ON wn.oid = w.pronamespace
                 WHERE g.aggfnoid = p.oid)
               WHEN l.lanname = 'internal' AND NOT {SystemFunction} THEN (
                 SELECT string_agg(DISTINCT 'pg_catalog.' || w.proname, chr(1))
                 FROM pg_proc w WHERE w.prolang = p.prolang AND w.prosrc = p.prosrc AND w.pronamespace = 'pg_catalog'::regnamespace AND w.prokind <> 'a') END,
               p.proretset OR p.prokind IN ('a', 'w'),
               (SELECT e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e')
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang JOIN pg_type t ON t.oid = p.prorettype
        CROSS JOIN LATERAL (
          SELECT t.typname = 'void' OR t.typtype IN ('b', 'e', 'r', 'm')
              OR t.typtype = 'd' AND (SELECT u.typtype IN ('b', 'e', 'r') FROM pg_type u WHERE u.oid = t.typbasetype)) b(scalar)
        CROSS JOIN LATERAL (
          SELECT count(*), coalesce(bool_or(coalesce(x.name, '') = '' OR u.typtype = 'p'), false), string_agg(x.name, chr(1) ORDER BY x.place)
          FROM unnest(p.proallargtypes, p.proargmodes, p.proargnames) WITH ORDINALITY x(type, mode, name, place) JOIN pg_type u ON u.oid = x.type
          WHERE x.mode IN ('o', 'b', 't')) o(count, unclear, names)
        WHERE {Visible} AND p.oid {functions}
        ORDER BY p.oid
        """;

    /// <summary>name, function's schema, function's name.</summary>
    public const string Operators =
        $"""
        SELECT DISTINCT o.oprname, f.nspname, p.proname
        FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace JOIN pg_proc p ON p.oid = o.oprcode JOIN pg_namespace f ON f.oid = p.pronamespace
        WHERE n.nspname <> 'pg_catalog'
        ORDER BY 1, 2, 3
        """;

    /// <summary>
    /// What the database does by itself: kind, an oid that it hangs on, and four texts (see <see cref="CatalogConsequences"/>). All of it in one query.
    /// Names are cast to text, or a UNION with a <c>name</c> cuts definitions to 63 bytes. What compiled casts of extensions only compute nobody asks for.
    /// </summary>
    public const string Consequences =
        $"""
        WITH RECURSIVE part(whole, piece) AS (
          SELECT oid, typelem FROM pg_type WHERE typelem <> 0
          UNION ALL SELECT oid, typbasetype FROM pg_type WHERE typbasetype <> 0
          UNION ALL SELECT c.reltype, a.atttypid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.reltype <> 0 AND a.attnum > 0 AND NOT a.attisdropped
          UNION ALL SELECT rngtypid, rngsubtype FROM pg_range
          UNION ALL SELECT (to_jsonb(r) ->> 'rngmultitypid')::oid, r.rngtypid FROM pg_range r
        ), holds(whole, piece) AS (
          SELECT t.oid, t.oid FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
          WHERE NOT {System} AND EXISTS (SELECT FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')
             OR EXISTS (SELECT FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc JOIN pg_namespace fn ON fn.oid = p.pronamespace WHERE c.casttarget = t.oid AND fn.nspname <> 'pg_catalog')
          UNION SELECT p.whole, h.piece FROM holds h JOIN part p ON p.piece = h.whole
        ), about(way, type, told) AS (
          SELECT c.oid, b.oid, l.lanname NOT IN ('internal', 'c') OR p.provolatile = 'v' OR p.prosecdef
          FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc JOIN pg_language l ON l.oid = p.prolang JOIN pg_namespace fn ON fn.oid = p.pronamespace
          JOIN pg_type b ON b.oid {Others} AND b.oid IN (c.castsource, c.casttarget)
          WHERE fn.nspname <> 'pg_catalog'
          UNION SELECT a.way, p.whole, a.told FROM about a JOIN part p ON p.piece = a.type WHERE a.told
        ), partitioned(child, root) AS (
          SELECT partrelid, partrelid FROM pg_partitioned_table WHERE partexprs IS NOT NULL
          UNION SELECT i.inhrelid, x.root FROM pg_inherits i JOIN partitioned x ON x.child = i.inhparent
        )
        SELECT 'type', h.whole, w.typname::text, h.piece::text, t.typname::text, NULL
        FROM holds h JOIN pg_type w ON w.oid = h.whole JOIN pg_type t ON t.oid = h.piece WHERE h.whole <> h.piece
        UNION ALL
        SELECT 'trigger', t.tgrelid, t.tgtype::text || CASE WHEN t.tgdeferrable THEN '+' ELSE '' END, fn.nspname::text, p.proname::text, CASE WHEN t.tgqual IS NOT NULL THEN pg_get_triggerdef(t.oid) END
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace fn ON fn.oid = p.pronamespace
        WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid {Unlocked}
        UNION ALL
        SELECT 'rule', r.ev_class, r.ev_type::text, pg_get_ruledef(r.oid), NULL, NULL
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE r.ev_type <> '1' AND r.ev_enabled <> 'D' AND NOT {SystemRelation} AND c.oid {Unlocked}
        UNION ALL
        SELECT 'cascade', k.confrelid, k.conrelid::text, k.confdeltype::text, k.confupdtype::text, array_to_string(k.confkey, ' ') || '/' || array_to_string(k.conkey, ' ') FROM pg_constraint k WHERE k.contype = 'f'
        UNION ALL
        SELECT 'default', d.adrelid, pg_get_expr(d.adbin, d.adrelid), NULL, NULL, NULL
        FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {Visible} AND c.oid {Unlocked}
        UNION ALL
        SELECT 'check', k.conrelid, pg_get_expr(k.conbin, k.conrelid), NULL, NULL, NULL
        FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.contype = 'c' AND k.conrelid <> 0 AND NOT {System} AND k.conrelid {Unlocked}
        UNION ALL
        SELECT 'domain', k.contypid, pg_get_expr(k.conbin, 0), t.typname::text, NULL, NULL
        FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.contype = 'c' AND NOT {System}
        UNION ALL
        SELECT 'domain', t.oid, pg_get_expr(t.typdefaultbin, 0), t.typname::text, NULL, NULL
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typdefaultbin IS NOT NULL AND NOT {System}
        UNION ALL
        SELECT 'index', i.indrelid, pg_get_expr(x.tree, i.indrelid), NULL, NULL, NULL
        FROM pg_index i CROSS JOIN LATERAL (VALUES (i.indexprs), (i.indpred)) x(tree) WHERE x.tree IS NOT NULL AND i.indrelid {Unlocked}
        UNION ALL
        SELECT 'unique', i.indrelid, pg_get_expr(i.indpred, i.indrelid), NULL, NULL, NULL FROM pg_index i WHERE i.indisunique AND i.indpred IS NOT NULL AND i.indrelid {Unlocked}
        UNION ALL
        SELECT 'exclude', k.conrelid,
               (SELECT string_agg(format('(%1$s) OPERATOR(%2$I.%3$s) (%1$s)', pg_get_indexdef(k.conindid, x.place::int, false), n.nspname, o.oprname), ' AND ')
                FROM unnest(k.conexclop) WITH ORDINALITY x(op, place) JOIN pg_operator o ON o.oid = x.op JOIN pg_namespace n ON n.oid = o.oprnamespace), NULL, NULL, NULL
        FROM pg_constraint k WHERE k.conexclop IS NOT NULL AND k.conrelid {Unlocked}
        UNION ALL
        SELECT 'index', x.child, pg_get_expr(y.partexprs, y.partrelid), NULL, NULL, NULL
        FROM partitioned x JOIN pg_partitioned_table y ON y.partrelid = x.root WHERE y.partrelid {Unlocked}
        UNION ALL
        SELECT 'statistics', s.stxrelid, quote_ident(fn.nspname) || '.' || quote_ident(p.proname) || '()', NULL, NULL, NULL
        FROM pg_statistic_ext s JOIN pg_depend d ON d.classid = 'pg_statistic_ext'::regclass AND d.objid = s.oid
        LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
        JOIN pg_proc p ON p.oid = CASE WHEN d.refclassid = 'pg_proc'::regclass THEN d.refobjid ELSE o.oprcode::oid END
        JOIN pg_namespace fn ON fn.oid = p.pronamespace WHERE fn.nspname <> 'pg_catalog'
        UNION ALL
        SELECT 'policy', y.polrelid, pg_get_expr(x.tree, y.polrelid), NULL, NULL, NULL
        FROM pg_policy y CROSS JOIN LATERAL (VALUES (y.polqual), (y.polwithcheck)) x(tree) WHERE x.tree IS NOT NULL AND y.polrelid {Unlocked}
        UNION ALL
        SELECT 'cast', c.oid, t.typname::text, c.castcontext::text, fn.nspname::text, p.proname::text
        FROM pg_cast c JOIN pg_type t ON c.casttarget IN (t.oid, t.typbasetype) JOIN pg_proc p ON p.oid = c.castfunc JOIN pg_namespace fn ON fn.oid = p.pronamespace
        WHERE fn.nspname <> 'pg_catalog'
        UNION ALL
        SELECT 'compare', p.oid, fn.nspname::text, p.proname::text, NULL, NULL
        FROM pg_proc p JOIN pg_namespace fn ON fn.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
        WHERE l.lanname NOT IN ('internal', 'c') AND NOT fn.nspname = 'pg_catalog' AND p.oid IN (
          SELECT amproc::oid FROM pg_amproc UNION SELECT o.oprcode::oid FROM pg_amop a JOIN pg_operator o ON o.oid = a.amopopr UNION SELECT rngsubdiff::oid FROM pg_range)
        UNION ALL
        SELECT 'typed', c.oid, n.nspname::text, t.typname::text, NULL, NULL FROM pg_class c JOIN pg_type t ON t.oid = c.reloftype JOIN pg_namespace n ON n.oid = t.typnamespace WHERE c.reloftype <> 0
        UNION ALL
        SELECT 'between', a.way, t.oid::text, t.typname::text, NULL, NULL FROM about a JOIN pg_type t ON t.oid = a.type
        UNION ALL
        SELECT 'event', e.oid, fn.nspname::text, p.proname::text, NULL, NULL
        FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid JOIN pg_namespace fn ON fn.oid = p.pronamespace WHERE e.evtenabled <> 'D'
        ORDER BY 1, 2, 3, 4, 5, 6
        """;

    /// <summary>
    /// What goes, or loses something, when something else goes. The server keeps that for each column, rule, default and constraint; here it is told of what they belong to: <c>r</c>, <c>f</c>, <c>t</c>, <c>e</c>, <c>s</c> and a number for relations, functions,
    /// types, extensions and schemas, otherwise what rules do not name. First, with <c>=</c>, names of the last three; with <c>i</c> a table and an index's name. Then what hangs, how, and on what: <c>g</c> it goes, <c>c</c> it loses a column, <c>a</c> something else;
    /// <c>+</c> without CASCADE, too; <c>/</c> it hangs on a part, with the column's number where it is one of that.
    /// </summary>
    public const string Dependencies =
        $"""
        WITH base(oid, kind, id) AS (
          SELECT t.oid, CASE WHEN c.relkind <> 'c' THEN 'r' ELSE 't' END, CASE WHEN c.relkind <> 'c' THEN c.oid ELSE t.oid END FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid WHERE t.oid {Others}
        ), node(class, oid, kind, id, way) AS (
          SELECT 'pg_class'::regclass::oid, c.oid, CASE WHEN c.relkind = 'c' THEN 't' ELSE 'r' END, CASE WHEN c.relkind = 'c' THEN c.reltype ELSE c.oid END, 'g' FROM pg_class c WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c') AND c.oid {Others}
          UNION ALL SELECT 'pg_class'::regclass, i.indexrelid, 'r', i.indrelid, 'a' FROM pg_index i WHERE i.indexrelid {Others}
          UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, 'r', r.ev_class, CASE r.ev_type WHEN '1' THEN 'g' ELSE 'a' END FROM pg_rewrite r WHERE r.oid {Others}
          UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, 'r', d.adrelid, 'a' FROM pg_attrdef d
          UNION ALL SELECT 'pg_constraint'::regclass, k.oid, CASE WHEN k.contypid = 0 THEN 'r' ELSE 't' END, CASE WHEN k.contypid = 0 THEN k.conrelid ELSE k.contypid END, 'a' FROM pg_constraint k WHERE k.oid {Others}
          UNION ALL SELECT 'pg_trigger'::regclass, t.oid, 'r', t.tgrelid, 'a' FROM pg_trigger t WHERE NOT t.tgisinternal
          UNION ALL SELECT 'pg_policy'::regclass, y.oid, 'r', y.polrelid, 'a' FROM pg_policy y
          UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid, 'r', s.stxrelid, 'a' FROM pg_statistic_ext s
          UNION ALL SELECT 'pg_type'::regclass, t.oid, b.kind, b.id, 'g'
          FROM pg_type t LEFT JOIN (SELECT (to_jsonb(r) ->> 'rngmultitypid')::oid, r.rngtypid FROM pg_range r) m(oid, range) ON m.oid = t.oid
          JOIN base b ON b.oid = CASE WHEN t.typcategory = 'A' AND t.typelem {Others} THEN t.typelem ELSE coalesce(m.range, t.oid) END
          UNION ALL SELECT 'pg_proc'::regclass, p.oid, 'f', p.oid, 'g' FROM pg_proc p WHERE p.oid {Others}
          UNION ALL SELECT 'pg_extension'::regclass, e.oid, 'e', e.oid, 'g' FROM pg_extension e
          UNION ALL SELECT 'pg_namespace'::regclass, n.oid, 's', n.oid, 'g' FROM pg_namespace n
        ), edge(kind, id, how, on_kind, on_id) AS (
          SELECT DISTINCT coalesce(a.kind, 'x' || d.classid || ' '), coalesce(a.id, d.objid),
                 CASE WHEN d.classid = 'pg_class'::regclass AND d.objsubid > 0 THEN 'c' ELSE coalesce(a.way, 'g') END || CASE WHEN d.deptype <> 'n' THEN '+' ELSE '' END
                   || CASE WHEN d.refobjsubid > 0 AND d.deptype <> 'n' THEN '/' || d.refobjsubid WHEN d.refobjsubid > 0 OR b.way = 'a' THEN '/' ELSE '' END,
                 coalesce(b.kind, 'x' || d.refclassid || ' '), coalesce(b.id, d.refobjid)
          FROM pg_depend d LEFT JOIN node a ON a.class = d.classid AND a.oid = d.objid LEFT JOIN node b ON b.class = d.refclassid AND b.oid = d.refobjid
          WHERE d.objid {Others} AND d.deptype <> 'p' AND (d.deptype <> 'i' OR d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass)
            AND (a.id IS NULL OR d.refclassid <> 'pg_namespace'::regclass) AND (a.id IS NULL OR (a.kind, a.id) IS DISTINCT FROM (b.kind, b.id))
            AND (a.id IS NOT NULL OR d.classid <> 'pg_class'::regclass) AND (b.id IS NOT NULL OR d.refclassid <> 'pg_class'::regclass)
        )
        SELECT 't' || t.oid, '=', n.nspname || '.' || t.typname FROM pg_type t JOIN node b ON b.class = 'pg_type'::regclass AND b.oid = t.oid AND b.kind = 't' AND b.id = t.oid JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {Visible}
        UNION ALL
        SELECT 'e' || e.oid, '=', e.extname FROM pg_extension e
        UNION ALL
        SELECT 's' || n.oid, '=', n.nspname FROM pg_namespace n WHERE {Visible}
        UNION ALL
        SELECT 'r' || i.indrelid, 'i', n.nspname || '.' || c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE i.indexrelid {Others} AND {Visible}
        UNION ALL
        SELECT kind || id, how, on_kind || on_id FROM edge
        ORDER BY 1, 2, 3
        """;

    /// <summary>What a snapshot is made of, in this order, beside what is PostgreSQL's own.</summary>
    public static readonly string[] Parts = [Relations, Columns, Parents, Functions, Operators, Consequences, Dependencies];
}
