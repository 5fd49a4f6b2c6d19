using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>Relations by name, and what their columns stand for: views are followed to the tables beneath.</summary>
sealed class RelationShapes(Resolution resolution, int viewDepth)
{
    const int MaxViewDepth = 32;

    static readonly JsonDocumentOptions DeepTrees = new() { MaxDepth = 4096 };

    /// <summary>Other sessions have others.</summary>
    readonly Dictionary<string, Shape> _temporary = [];

    readonly CatalogNames _names = CatalogNames.Of(resolution.Context.Catalog);

    /// <summary>The relation that the server would take; null when the catalog does not show it.</summary>
    public CatalogRelation? Find(Node range, CteChain? ctes)
    {
        var name = range.Text("relname") ?? "";
        var relations = resolution.Context.Catalog.Relations;
        var path = resolution.Context.SearchPath;
        if (range.Text("schemaname") is { } schema)
            return schema == TemporaryRelations.Schema && resolution.Context.IsTemporary(name) ? Temporary(name) : relations.GetValueOrDefault(schema + "." + name);
        if (CteChain.Find(ctes, name) is not null) return null;
        // Unless the path says otherwise, the session's own come first.
        if (resolution.Context.IsTemporary(name)) return path is [var first, ..] && first.StartsWith(TemporaryRelations.Schema, StringComparison.Ordinal) ? Temporary(name) : null;
        if (!path.Contains("pg_catalog") && relations.GetValueOrDefault("pg_catalog." + name) is { } system) return system;
        foreach (var candidate in path)
            if (relations.GetValueOrDefault(candidate + "." + name) is { } found) return found;
        return null;
    }

    public Shape ShapeOf(Node range) => ShapeOf(Find(range, null));

    public Shape ShapeOf(CatalogRelation? relation)
    {
        if (relation is null) return Shape.Unknown;
        if (IsTemporary(relation)) return _temporary.TryGetValue(relation.Name, out var own) ? own : _temporary[relation.Name] = Build(relation);
        return _names.Shapes.TryGetValue(relation.QualifiedName, out var known) ? known : _names.Shapes.GetOrAdd(relation.QualifiedName, Build(relation));
    }

    /// <summary>See <see cref="CatalogNames.HasHeirs"/>.</summary>
    public bool HasHeirs(CatalogRelation relation, string? column) => _names.HasHeirs(relation, column);

    /// <summary>The columns by which no two of its rows are the same; none where nobody sees to that.</summary>
    public IReadOnlyList<string> KeyOf(CatalogRelation? relation) =>
        relation is null || relation.Kind != 'p' && (relation.Kind != 'r' || HasHeirs(relation, null)) || IsTemporary(relation) ? []
        : [.. relation.Columns.Where(static c => c.InPrimaryKey).Select(static c => c.Name)];

    /// <summary>See <see cref="CatalogNames.KeysOf"/>.</summary>
    public IEnumerable<(CatalogRelation Parent, CatalogCascade Key)> KeysOf(CatalogRelation relation) => _names.KeysOf(relation);

    /// <summary>What the server works out of each row that is written there; nothing for the session's own, which hold nothing masked.</summary>
    public IReadOnlyList<RowCheck> ChecksOf(CatalogRelation relation) =>
        IsTemporary(relation) ? [] : _names.Checks.TryGetValue(relation.QualifiedName, out var known) ? known : _names.Checks.GetOrAdd(relation.QualifiedName, Checks(relation));

    /// <summary>The materialised views that are filled from it, directly or not.</summary>
    public List<CatalogRelation> StoredAbove(CatalogRelation relation) => _names.StoredViews.Above(relation);

    Shape Build(CatalogRelation relation)
    {
        var own = new Shape([.. relation.Columns.Select(c => new OutputColumn(c.Name, Base(relation, c)))]);
        if (relation.Definition is { } definition && relation.Kind is 'v' or 'm') return Beneath(own, relation, definition);
        if (relation.Columns.Any(static c => c.Generated is not null)) own = WithGenerated(relation, own);
        foreach (var heir in _names.HeirsOf(relation).Where(static h => h.Columns.Any(static c => c.Generated is not null))) own = WithHeirs(own, heir);
        return own;
    }

    /// <summary>What is generated in a table that inherits is shown with the rows of those above, where it is none.</summary>
    Shape WithHeirs(Shape own, CatalogRelation heir)
    {
        var theirs = ShapeOf(heir);
        return new([.. own.Columns.Select(c => heir.Columns.Any(h => h.Generated is not null && h.Name == c.Name) ? c with { Value = c.Value.Or(theirs.Find(c.Name!) ?? Value.None) } : c)]);
    }

    Value Base(CatalogRelation relation, string column)
    {
        if (SystemData.Carries(relation, column)) return Value.Unknown;
        var own = Value.Of(_names.IdentitiesOf(relation, column), _names.RootOf(relation, column), relation.IsVouched);
        return SystemData.CarriesPartitionKeys(relation, column) ? own.Or(Value.Union(_names.PartitionKeys.Select(k => Base(k.Table, k.Column))).Derived()) : own;
    }

    // What = says of them it would say of something computed.
    Value Base(CatalogRelation relation, CatalogColumn column)
    {
        var value = Base(relation, column.Name);
        if (BuiltinTypes.ComparesNearly(column.TypeOid)) value = value.Derived();
        if (BuiltinTypes.MayBeArray(column.TypeOid)) value = value.AsArray();
        if (BuiltinTypes.AreComposed(column.TypeOid)) value = value.AsRow();
        if (BuiltinTypes.MayBeInfinite(column.TypeOid)) value = value.AsTime();
        if (BuiltinTypes.IsJson(column.TypeOid)) value = value.AsPart();
        if (BuiltinTypes.IsText(column.TypeOid)) value = value.AsText();
        if (BuiltinTypes.IsWrittenWhole(column.TypeOid)) value = value.AsWrittenWhole();
        return column.Collated ? value.AsForeign() : value;
    }

    /// <summary>A view's column is known by its own name too, so that a mask may name either.</summary>
    Shape Beneath(Shape own, CatalogRelation view, string definition)
    {
        var query = QueryOf(view, definition);
        if (query is null) return own.Map(static v => v.Or(Value.Unknown));
        return query.Closed && query.Columns.Count == own.Columns.Count
            ? new([.. own.Columns.Select((c, i) => c with { Value = Beneath(c.Value, query.Columns[i].Value) })])
            : own.Map(v => v.Or(query.Row).Or(Value.Unknown));
    }

    static Value Beneath(Value own, Value beneath) => (beneath.IsStored ? own.WithoutOrigin() : own).Or(beneath);

    /// <summary>A stored expression over columns of the same row.</summary>
    Shape WithGenerated(CatalogRelation relation, Shape own)
    {
        var parents = new Scope(null, null);
        parents.Items.Add(new(relation.Name, own));
        return new([.. own.Columns.Select((c, i) => relation.Columns[i].Generated is { } expression ? c with { Value = c.Value.Or(Generated(relation, expression, parents)) } : c)]);
    }

    Value Generated(CatalogRelation relation, string expression, Scope row)
    {
        using var tree = Parse("SELECT " + expression);
        if (tree is null) return Value.Unknown;
        var inner = Inner(relation);
        return Value.Union(Statement(tree).List("targetList").Select(t => inner.Expressions.Evaluate(t["val"], row))).Derived();
    }

    List<RowCheck> Checks(CatalogRelation relation)
    {
        var row = new Scope(null, null) { Items = [new(relation.Name, ShapeOf(relation))] };
        return
        [
            .. relation.Expressions.Where(static e => e.Kind is 'c' or 'i' or 'u' or 'x').Select(e => Check(relation, e, row)),
            .. relation.Columns.Where(static c => c.Generated is not null).Select(c => Check(relation, new('g', c.Generated!), row)),
        ];
    }

    RowCheck Check(CatalogRelation relation, CatalogExpression expression, Scope row)
    {
        var inner = Inner(relation);
        using var tree = Parse("SELECT " + expression.Text);
        var columns = row.Items[0].Shape.Row;
        if (tree is null) inner.Uses.Add(columns, ColumnUseKind.Other);
        else
        {
            List<Node> parts = [.. Statement(tree).List("targetList").Select(static t => t["val"])];
            columns = Value.Union(parts.Select(p => inner.Expressions.Evaluate(p, row)));
            // What is only kept tells something where it may fail, what decides does in any case.
            if (expression.Kind is 'c' or 'u' or 'x') parts.ForEach(p => inner.Conditions.Condition(p, row));
        }
        return new(inner.Uses.Uses, [.. columns.Sources.Select(static s => s.Column), .. inner.Uses.Uses.Select(static u => u.Column)], expression.Kind == 'x');
    }

    Shape? QueryOf(CatalogRelation view, string definition)
    {
        if (viewDepth >= MaxViewDepth) return null;
        using var tree = Parse(definition);
        return tree is null ? null : Inner(view).Queries.Resolve(Statement(tree), null, null);
    }

    /// <summary>
    /// Definitions are read with names qualified, so only pg_catalog is searched; those of the session's own relations as the session would write them.
    /// What they look at is their owner's business.
    /// </summary>
    Resolution Inner(CatalogRelation relation) => new(
        IsTemporary(relation)
            ? resolution.Context with { SearchPath = resolution.Context.Temporary.SearchPath }
            : new SqlContext { Catalog = resolution.Context.Catalog, SearchPath = ["pg_catalog"] },
        viewDepth + 1);

    CatalogRelation? Temporary(string name) => resolution.Context.Temporary.ByName.GetValueOrDefault(name);

    static bool IsTemporary(CatalogRelation relation) => relation.Schema == TemporaryRelations.Schema;

    static JsonDocument? Parse(string sql)
    {
        var parsed = PgParser.Parse(sql);
        return parsed.Succeeded ? JsonDocument.Parse(parsed.Json, DeepTrees) : null;
    }

    static Node Statement(JsonDocument tree) => Node.Open(tree.RootElement.GetProperty("stmts")[0].GetProperty("stmt"));
}
