using System.Text.Json;
using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>Keys, which name their columns and fail by the values in them. Expressions of checks are read like any others.</summary>
sealed class ConstraintLineage(Resolution resolution)
{
    /// <param name="table">The columns of the table that the statement is about.</param>
    public void Resolve(Node statement, Shape table)
    {
        foreach (var constraint in Below(statement.Body))
        {
            Use(table, constraint.Names("keys"), ColumnUseKind.Group);
            Use(table, constraint.Names("fk_attrs"), ColumnUseKind.Other);
            // EXCLUDE lists pairs of an element and its operator.
            Use(table, constraint.List("exclusions").SelectMany(static pair => pair.List("items")).Select(static e => e.Text("name")), ColumnUseKind.Other);
            if (constraint.Child("pktable", "RangeVar") is { Exists: true } referenced) Reference(referenced, constraint.Names("pk_attrs"));
        }
    }

    /// <summary>A foreign key asks for each value whether it is there: in the columns that it names, else in the primary key.</summary>
    void Reference(Node referenced, List<string?> names)
    {
        var shape = resolution.Relations.ShapeOf(referenced);
        if (names.Count == 0) names = [.. resolution.Relations.Find(referenced, null)?.Columns.Where(static c => c.InPrimaryKey).Select(static c => c.Name) ?? []];
        if (names.Count == 0) resolution.Uses.Add(shape.Row, ColumnUseKind.Other);
        else Use(shape, names, ColumnUseKind.Other);
    }

    void Use(Shape table, IEnumerable<string?> names, ColumnUseKind kind)
    {
        foreach (var name in names.OfType<string>())
            resolution.Uses.Add(table.Find(name) ?? table.Possible ?? Value.None, kind);
    }

    static IEnumerable<Node> Below(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Below),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static p => p.Name == "Constraint" ? [Node.Typed(p.Name, p.Value)] : Below(p.Value)),
        _ => [],
    };
}
