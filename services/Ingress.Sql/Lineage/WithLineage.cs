using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>WITH; recursive ones until nothing more flows.</summary>
sealed class WithLineage(Resolution resolution)
{
    /// <summary>Every pass adds at least one source to one column, so real queries end after two or three.</summary>
    const int MaxPasses = 50;

    /// <summary>The recursive query being resolved.</summary>
    (Node Cte, CteChain Binding)? _resolving;

    public CteChain? Enter(Node statement, Scope? outer, CteChain? ctes)
    {
        var with = statement.Child("withClause", "WithClause");
        if (!with.Exists) return ctes;
        return with.Flag("recursive") ? Recursive(with, outer, ctes) : InOrder(with, outer, ctes);
    }

    /// <summary>Lets a recursive query refer to what its first branch returns.</summary>
    public void Seed(Node query, Shape left)
    {
        if (_resolving is not { } resolving || !resolving.Cte["ctequery"].Body.Equals(query.Body)) return;
        resolving.Binding.Recursion ??= left.Rename(resolving.Cte.Names("aliascolnames"));
    }

    CteChain? InOrder(Node with, Scope? outer, CteChain? ctes)
    {
        foreach (var cte in with.List("ctes"))
        {
            // It does not see itself: the name still means what it meant before.
            var shape = WithCycle(cte, WithSearch(cte, Query(cte, outer, ctes)));
            ctes = new CteChain(cte.Text("ctename") ?? "", ctes) { Shape = shape };
        }
        return ctes;
    }

    CteChain? Recursive(Node with, Scope? outer, CteChain? ctes)
    {
        List<(Node Cte, CteChain Binding)> bindings = [];
        foreach (var cte in with.List("ctes"))
            bindings.Add((cte, ctes = new CteChain(cte.Text("ctename") ?? "", ctes)));
        var muted = resolution.Uses.Muted;
        resolution.Uses.Muted = true;
        for (var pass = 0; Pass(bindings, outer, ctes); pass++)
            if (pass == MaxPasses) throw new LineageTooComplexException();
        resolution.Uses.Muted = muted;
        // Once more, now that everything is known, for what it uses.
        Pass(bindings, outer, ctes);
        return ctes;
    }

    /// <summary>True when something new flowed.</summary>
    bool Pass(List<(Node Cte, CteChain Binding)> bindings, Scope? outer, CteChain? ctes)
    {
        var changed = false;
        foreach (var (cte, binding) in bindings)
        {
            var enclosing = _resolving;
            _resolving = (cte, binding);
            binding.Resolving = true;
            var after = Query(cte, outer, ctes);
            binding.Resolving = false;
            _resolving = enclosing;
            changed |= binding.Shape is null || !Same(binding.Recursion, after);
            binding.Recursion = after;
            binding.Shape = WithCycle(cte, WithSearch(cte, after));
        }
        return changed;
    }

    static bool Same(Shape? a, Shape b) =>
        a is not null && a.Closed == b.Closed && a.Columns.Count == b.Columns.Count && Same(a.Others ?? Value.None, b.Others ?? Value.None) &&
        a.Columns.Zip(b.Columns).All(static p => p.First.Name == p.Second.Name && Same(p.First.Value, p.Second.Value));

    static bool Same(Value a, Value b) =>
        ReferenceEquals(a, b) || (a.Opaque == b.Opaque && a.Sources.Length == b.Sources.Length && a.Sources.ToHashSet().SetEquals(b.Sources));

    Shape Query(Node cte, Scope? outer, CteChain? ctes) =>
        resolution.Queries.Resolve(cte["ctequery"], outer, ctes).Rename(cte.Names("aliascolnames"));

    static Shape WithSearch(Node cte, Shape shape)
    {
        var search = cte.Child("search_clause", "CTESearchClause");
        return search.Exists ? Append(shape, search.Text("search_seq_column")) : shape;
    }

    /// <summary>A row whose CYCLE columns were there before is the last of its line: how many there are tells which values are the same.</summary>
    Shape WithCycle(Node cte, Shape shape)
    {
        var cycle = cte.Child("cycle_clause", "CTECycleClause");
        foreach (var name in cycle.Names("cycle_col_list").OfType<string>())
            resolution.Uses.Add(shape.Find(name) ?? shape.Row, ColumnUseKind.Group);
        return cycle.Exists ? Append(shape, cycle.Text("cycle_mark_column"), cycle.Text("cycle_path_column")) : shape;
    }

    static Shape Append(Shape shape, params string?[] names)
    {
        var row = shape.Row.Derived();
        return shape with { Columns = [.. shape.Columns, .. names.Select(n => new OutputColumn(n, row))] };
    }
}
