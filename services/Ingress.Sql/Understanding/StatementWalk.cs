using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Statements;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>A name that WITH gives to a query, hiding relations of the same name.</summary>
sealed record CteScope(string Name, CteScope? Outer)
{
    public static bool Has(CteScope? scope, string name)
    {
        for (; scope is not null; scope = scope.Outer)
            if (scope.Name == name) return true;
        return false;
    }
}

/// <summary>
/// Goes through one statement's tree and collects what it touches. Everything is visited, nested or not: a statement node by its rule in
/// <see cref="StatementTable"/>, a relation as read unless a rule took it first, a function by <see cref="FunctionCalls"/>.
/// </summary>
sealed class StatementWalk(SqlContext context, string text, int depth, StoredWork stored)
{
    public const int MaxDepth = 12;

    readonly List<ObjectAccess> accesses = [];
    readonly HashSet<ObjectAccess> seen = [];
    bool needsRule;
    KnownRows? rows;

    public SqlContext Context => context;
    public string Text => text;
    public int Depth => depth;
    public NameResolver Names { get; } = new(context);
    public IReadOnlyList<ObjectAccess> Accesses => accesses;
    public E Effects { get; private set; }
    public bool Understood { get; set; } = true;
    public SqlCommand Command { get; set; } = SqlCommand.Other;

    /// <summary>The statement inside PREPARE, EXECUTE, DECLARE and EXPLAIN.</summary>
    public SqlStatement? Inner { get; set; }

    /// <summary>Set by statements that are plumbing as long as nothing in them needs a rule.</summary>
    public bool MayBePlumbing { get; set; }

    /// <summary>The answer depends on the session's prepared statements or cursors: not for the shared cache.</summary>
    public bool SessionDependent { get; set; }

    /// <summary>It names a relation or a function that the catalog does not have.</summary>
    public bool NamesUnknown { get; set; }

    /// <summary>Bare names of the types that it names; null among them: an operator of somebody's may take values of any.</summary>
    public HashSet<string?> Types { get; } = [];

    /// <summary>A cast that nobody wrote down may bring in what a function reads.</summary>
    public bool CastsUnseen { get; set; }

    /// <summary>Columns whose values a nested EXECUTE stores.</summary>
    public List<ColumnUse> Copied { get; } = [];

    /// <summary>Columns that code which the statement brings may look at; null when it brings none that was looked at.</summary>
    public IReadOnlyList<ColumnUse>? CodeUses { get; set; }

    public StoredWork Stored => stored;

    /// <summary>In stored code: names that are values and not columns.</summary>
    public IReadOnlySet<string> Variables { get; init; } = new HashSet<string>();

    /// <summary>Asks only what the server runs when it plans: functions, operators and casts, of the text, of views and of what hangs on tables.</summary>
    public bool Plans { get; init; }

    /// <summary>In PL/pgSQL: names whose fields are its own business.</summary>
    public IReadOnlySet<string> Records { get; init; } = new HashSet<string>();

    /// <summary>What the names in it are looked up in: the first thing that is visited, unless another is given.</summary>
    public JsonElement Tree { get; set; }

    public KnownRows Rows => rows ??= new(Tree, Names);

    public bool IsPlumbing => MayBePlumbing && !needsRule && Understood;

    public void Access(string verb, string kind, string name, E effects = E.None)
    {
        Note(new(verb, kind, name));
        needsRule = true;
        Add(effects);
        // It is found before everybody's, under names that stand for the server's own.
        if (verb is "create" or "alter" && SystemRelations.Hold(name)) Add(E.Privilege | E.CodeExec);
        if (verb != "create") NamesUnknown |= Names.IsUnknown(kind, name);
    }

    /// <summary>Something that the database does by itself.</summary>
    public void Imply(string verb, string name, string kind = "table") => Note(new(verb, kind, name) { Implied = true });

    void Note(ObjectAccess access)
    {
        if (access.Implied ? seen.Contains(access with { Implied = false }) || !seen.Add(access) : !seen.Add(access)) return;
        if (!access.Implied && seen.Remove(access with { Implied = true })) accesses.Remove(access with { Implied = true });
        accesses.Add(access);
    }

    public void Add(E effects)
    {
        Effects |= effects;
        if ((effects & ~E.Read) != 0) needsRule = true;
    }

    /// <summary>Takes over what another statement does.</summary>
    /// <param name="implied">The database does it by itself: no rule needs to allow it by name.</param>
    public void Merge(OperationFacts facts, bool implied = false)
    {
        foreach (var a in facts.Accesses) Note(implied ? a with { Implied = true } : a);
        Add(facts.Effects);
        Understood &= facts.Understood;
        needsRule |= !facts.Plumbing;
    }

    public void Merge(StatementWalk other)
    {
        foreach (var a in other.accesses) Note(a);
        Add(other.Effects);
        Understood &= other.Understood;
        needsRule |= !other.IsPlumbing;
    }

    public void MergeImplied(StatementWalk other)
    {
        foreach (var a in other.accesses) Note(a with { Implied = true });
        Add(other.Effects);
        needsRule |= !other.IsPlumbing;
    }

    /// <summary>The relation in a RangeVar's body, touched by <paramref name="verb"/>.</summary>
    public (string Schema, string Name) Relation(JsonElement range, string verb, E effects = E.None)
    {
        var (schema, name) = Names.Relation(range.Text("schemaname"), range.Text("relname") ?? "");
        if (range.Text("relpersistence") == "t" && verb == "create") schema = "pg_temp";
        Access(verb, "table", $"{schema}.{name}", effects);
        // Whoever makes an index alters its table, too.
        if (verb == "alter")
            foreach (var table in context.Catalog.Indexes.GetValueOrDefault($"{schema}.{name}", [])) Imply(verb, table);
        return (schema, name);
    }

    void Read(JsonElement range, CteScope? scope)
    {
        var name = range.Text("relname") ?? "";
        if (range.Text("schemaname") is null && CteScope.Has(scope, name)) return;
        var (schema, resolved) = Names.Relation(range.Text("schemaname"), name);
        if (Plans)
        {
            StoredRelations.Plan(this, schema, resolved);
            return;
        }
        Add(E.Read);
        Note(new("select", "table", $"{schema}.{resolved}"));
        NamesUnknown |= Names.IsUnknown("table", $"{schema}.{resolved}");
        if (SystemRelations.OnlyLists(schema, resolved) && Names.Find(schema, resolved) is null or { IsSystem: true }) return;
        needsRule = true;
        StoredRelations.Visit(this, schema, resolved, range.Flag("inh"));
    }

    public void Visit(JsonElement e, CteScope? scope)
    {
        if (Tree.ValueKind == JsonValueKind.Undefined) Tree = e;
        switch (e.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in e.EnumerateArray()) Visit(item, scope);
                break;
            case JsonValueKind.Object when !RuntimeHelpers.TryEnsureSufficientExecutionStack():
                Understood = false;
                break;
            case JsonValueKind.Object when e.TryGetProperty("relname", out _):
                Read(e, scope);
                break;
            case JsonValueKind.Object:
                VisitFields(e, scope);
                break;
        }
    }

    /// <summary>Visits every field but the ones that the caller deals with.</summary>
    public void VisitFields(JsonElement e, CteScope? scope, params ReadOnlySpan<string> except)
    {
        foreach (var p in e.EnumerateObject())
        {
            if (p.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)) continue;
            var name = JsonMarshal.GetRawUtf8PropertyName(p);
            if (!IsOneOf(name, except)) VisitField(name, p.Value, scope);
        }
    }

    static bool IsOneOf(ReadOnlySpan<byte> name, ReadOnlySpan<string> names)
    {
        foreach (var n in names)
            if (Ascii.Equals(name, n)) return true;
        return false;
    }

    void VisitField(ReadOnlySpan<byte> name, JsonElement value, CteScope? scope)
    {
        if (name.EndsWith("Stmt"u8) && name[0] is >= (byte)'A' and <= (byte)'Z') Statement(Encoding.ASCII.GetString(name), value, scope);
        else if (name.SequenceEqual("FuncCall"u8) || name.SequenceEqual("funccall"u8)) FunctionCalls.Visit(value, this, scope);
        else if (name.SequenceEqual("larg"u8) || name.SequenceEqual("rarg"u8)) Statement("SelectStmt", value, scope);
        else if (name.SequenceEqual("LockingClause"u8)) Add(E.Lock); // its relations are aliases of FROM's
        else if (name.SequenceEqual("A_Expr"u8)) OperatorCalls.Visit(value, this, scope);
        else if (name.SequenceEqual("ColumnRef"u8)) FunctionCalls.VisitColumn(value, this);
        else if (name.SequenceEqual("A_Indirection"u8)) FunctionCalls.VisitIndirection(value, this, scope);
        else if ((name.SequenceEqual("typeName"u8) || name.SequenceEqual("TypeName"u8)) && (context.Catalog.Casts.Count > 0 || context.Catalog.Domains.Count > 0)) Type(value, scope);
        else if (NodeTable.IsType(name) && !NodeTable.Knows(name)) Understood = false;
        else
        {
            if (name.SequenceEqual("SubLink"u8)) OperatorCalls.Subquery(value, this);
            else if (name.SequenceEqual("CaseExpr"u8)) OperatorCalls.Case(value, this);
            else if (name.SequenceEqual("JoinExpr"u8)) OperatorCalls.Join(value, this);
            else if (name.SequenceEqual("SortBy"u8)) OperatorCalls.Sort(value, this);
            else if (context.Catalog.Functions.Count > 0 && (name.StartsWith("Json"u8) || name.SequenceEqual("MergeSupportFunc"u8)))
                LaterSyntax.Visit(Encoding.ASCII.GetString(name), value, this);
            Visit(value, scope);
        }
    }

    void Statement(string type, JsonElement body, CteScope? scope)
    {
        if (!Plans) StatementTable.Visit(type, body, this, scope);
        else if (type == "ExecuteStmt") PreparedStatements.Plan(this, body, scope);
        else VisitFields(body, With(body, scope), "withClause");
    }

    void Type(JsonElement type, CteScope? scope)
    {
        if (type.Names("names") is [.., var name])
        {
            Types.Add(name);
            Consequences.OfType(this, name, within: type.Field("arrayBounds") is not null);
        }
        Visit(type, scope);
    }

    /// <summary>The scope inside a statement with a WITH clause; its queries are visited.</summary>
    public CteScope? With(JsonElement body, CteScope? scope)
    {
        if (body.Field("withClause") is not { } clause) return scope;
        var recursive = clause.Flag("recursive");
        if (recursive)
            foreach (var cte in clause.Items("ctes"))
                scope = new(cte.As("CommonTableExpr")?.Text("ctename") ?? "", scope);
        foreach (var cte in clause.Items("ctes"))
        {
            Visit(cte, scope);
            if (!recursive) scope = new(cte.As("CommonTableExpr")?.Text("ctename") ?? "", scope);
        }
        return scope;
    }

    /// <summary>Understands a statement that stands inside this one.</summary>
    public SqlStatement ReadInner(JsonElement node)
    {
        var inner = StatementReader.Read(node, text, context, depth + 1, stored, out var dependent);
        SessionDependent |= dependent;
        return inner;
    }
}
