namespace Hoop.Ingress.Catalog;

/// <summary>A change of a target's names that nobody else sees before it is committed; disposed when its transaction is over.</summary>
internal interface INamesChange : IDisposable
{
    /// <summary>Something was sent that may commit it, and is not answered. True to begin with.</summary>
    bool MayCommit { get; set; }
}

/// <inheritdoc cref="INamesChange"/>
internal sealed class CatalogChange : INamesChange
{
    private readonly TargetCatalog catalog;
    private volatile bool mayCommit = true;

    public CatalogChange(TargetCatalog catalog) => (this.catalog = catalog).Begin(this);

    public bool MayCommit
    {
        get => mayCommit;
        set => mayCommit = value;
    }

    public void Dispose() => catalog.End(this);
}
