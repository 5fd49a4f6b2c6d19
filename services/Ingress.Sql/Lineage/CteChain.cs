namespace Hoop.Ingress.Sql.Lineage;

/// <summary>The WITH queries in sight, innermost first.</summary>
sealed class CteChain(string name, CteChain? outer)
{
    public string Name => name;

    public CteChain? Outer => outer;

    /// <summary>What the query returns; null until a first pass over a recursive WITH has found out.</summary>
    public Shape? Shape { get; set; }

    /// <summary>Its query is being resolved: a reference to it from there is the recursion.</summary>
    public bool Resolving { get; set; }

    /// <summary>What the recursive reference returns: the same without the columns of SEARCH and CYCLE.</summary>
    public Shape? Recursion { get; set; }

    /// <summary>Before anything is known nothing flows; the passes that follow add what does.</summary>
    public Shape Visible => (Resolving ? Recursion : Shape) ?? new([], Value.None);

    public static CteChain? Find(CteChain? chain, string name)
    {
        for (; chain is not null; chain = chain.Outer)
            if (chain.Name == name) return chain;
        return null;
    }
}
