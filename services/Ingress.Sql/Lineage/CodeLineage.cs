using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>
/// What code that a statement brings may take part in. Its variables carry values from any of its statements to any other, so which goes where does not matter: whatever
/// column one of them looks at counts as kept.
/// </summary>
sealed class CodeLineage
{
    readonly Resolution resolution;
    readonly CatalogNames names;
    readonly Scope variables;
    readonly Dictionary<string, ColumnUse> uses = [];
    readonly HashSet<string> seen = [];
    int taken;

    /// <param name="values">Names of variables, records and labels.</param>
    public CodeLineage(SqlContext context, IReadOnlySet<string> values)
    {
        resolution = new(context);
        names = CatalogNames.Of(context.Catalog);
        variables = new(null, null)
        {
            Items =
            [
                new(null, new([.. values.Select(static v => new OutputColumn(v, Value.None))])),
                .. values.Select(static v => new FromItem(v, new([], Value.None)) { ColumnsVisible = false }),
            ],
        };
    }

    public IReadOnlyList<ColumnUse> Uses => [.. uses.Values];

    /// <summary>A statement of the code, as it would be alone.</summary>
    public void Follow(JsonElement statement)
    {
        var node = Node.Open(statement);
        var result = new StatementLineage(resolution, variables).Resolve(node);
        // How many columns it has is only known when it runs.
        if (result is null && (node.Kind == "SelectStmt" || node.Has("returningClause") || node.Has("returningList"))) resolution.Uses.Hide();
        foreach (var column in result ?? [])
        {
            if (column.Opaque) resolution.Uses.Add(Value.Unknown, ColumnUseKind.Stored);
            foreach (var source in column.Sources) resolution.Uses.Add(source.Column, ColumnUseKind.Stored);
        }
        Keep(null);
    }

    /// <summary>A relation that the code names, with those that it is a view of, those that inherit from it, and what its keys look into.</summary>
    public void Name(CatalogRelation relation)
    {
        var next = new Stack<CatalogRelation>([relation]);
        while (next.TryPop(out var current))
        {
            if (!seen.Add(current.QualifiedName)) continue;
            resolution.Uses.Add(resolution.Relations.ShapeOf(current).Row, ColumnUseKind.Stored);
            if (current.Kind is 'v' or 'm') Beneath(current, next);
            Keep(Names(relation, current));
            if (current.Schema == TemporaryRelations.Schema) continue;
            foreach (var (table, column) in names.KeysAround(current)) resolution.Uses.Add($"{table.QualifiedName}.{column}", ColumnUseKind.Stored);
            Keep($"{Names(relation, current)}, whose rows are bound to others' by a foreign key");
            foreach (var child in names.ChildrenOf(current)) next.Push(child);
        }
    }

    void Beneath(CatalogRelation view, Stack<CatalogRelation> next)
    {
        if (names.Beneath(view) is not { } tables) resolution.Uses.Hide();
        else foreach (var table in tables) next.Push(table);
    }

    static string Names(CatalogRelation written, CatalogRelation meant) =>
        ReferenceEquals(written, meant) ? $"names {written.QualifiedName}" : $"names {written.QualifiedName}, and so {meant.QualifiedName}";

    // Each column once, with the first reason.
    void Keep(string? named)
    {
        for (; taken < resolution.Uses.Uses.Count; taken++)
        {
            var use = resolution.Uses.Uses[taken];
            uses.TryAdd(use.Column, new(use.Column, ColumnUseKind.Stored) { Code = Why(use, named) });
        }
    }

    static string Why(ColumnUse use, string? named) =>
        use.Missing is { } missing ? $"asks for \"{missing}\", which is neither a variable nor a known column"
        : named ?? (use.Column == UseSink.AnyColumn ? "asks for something whose source is not known" : "names a table with masked columns, or a view of one");
}
