using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>The rows that an INSERT proposes.</summary>
/// <param name="Columns">Where their values go; null when not known.</param>
/// <param name="Query">VALUES or a query; absent for DEFAULT VALUES.</param>
/// <param name="Shape">By the table's columns.</param>
sealed record ProposedRows(List<string?>? Columns, Node Query, Shape Shape)
{
    /// <summary>What is written for a column, row by row; null when the rows are not written down, or not where.</summary>
    public List<Node>? WrittenFor(string column)
    {
        var place = Columns?.IndexOf(column) ?? -1;
        if (place < 0 || Query.Kind != "SelectStmt" || Query.Has("larg")) return null;
        List<Node[]> rows = Query.Has("valuesLists") ? [.. Query.List("valuesLists").Select(static r => r.List("items"))] : [[.. Query.List("targetList").Select(static t => t["val"])]];
        return rows.TrueForAll(r => place < r.Length && !r[..(place + 1)].Any(static n => n.Kind is "ColumnRef" or "A_Indirection")) ? [.. rows.Select(r => r[place])] : null;
    }
}

/// <summary>ON CONFLICT (a, b) asks for each row whether there is one with these values; without columns it asks every unique key.</summary>
sealed class ArbiterLineage(Resolution resolution)
{
    public void Resolve(Node conflict, FromItem target, ProposedRows rows, Scope deciding)
    {
        var infer = conflict.Child("infer", "InferClause");
        var elements = infer.List("indexElems");
        foreach (var (i, element) in elements.Index())
        {
            // No place in the text is below zero.
            if (element.Text("name") is { } name) Named(target.Find(name) ?? Value.Unknown, name, rows, place: ~i);
            else resolution.Uses.Add(resolution.Expressions.Evaluate(element["expr"], deciding), ColumnUseKind.Other);
        }
        resolution.Conditions.Condition(infer["whereClause"], deciding);
        if (elements.Length == 0) Any(target, rows);
    }

    void Named(Value stored, string column, ProposedRows rows, int place)
    {
        if (rows.Columns?.Contains(column) == false) resolution.Uses.Add(stored, ColumnUseKind.Equality);
        else if (rows.WrittenFor(column) is { } written && resolution.Conditions.AreWritten(written)) resolution.Uses.AddWritten(stored, written.Count, place);
        else if ((rows.Shape.Find(column) ?? rows.Shape.Possible) is { Opaque: false, IsStored: true } proposed) resolution.Uses.AddCompared(stored, proposed);
        else resolution.Uses.Add(stored, ColumnUseKind.Other);
    }

    /// <summary>Which keys there are is not known. That one of a few rows is there already, a plain INSERT says by failing; to find it among many is a search.</summary>
    void Any(FromItem target, ProposedRows rows)
    {
        foreach (var column in target.Shape.Columns)
        {
            if (column.Name is not { } name || rows.Columns?.Contains(name) == false) continue;
            if (rows.WrittenFor(name) is { Count: <= UseSink.MostCompared } written && resolution.Conditions.AreWritten(written)) continue;
            resolution.Uses.Add(column.Value, ColumnUseKind.Search);
        }
    }
}
