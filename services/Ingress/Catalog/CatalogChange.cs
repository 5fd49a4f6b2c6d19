namespace Hoop.Ingress.Catalog;

/// <summary>A change of a target's names that is under way.</summary>
internal sealed class CatalogChange : IDisposable
{
    private TargetCatalog? catalog;

    public CatalogChange(TargetCatalog catalog) => (this.catalog = catalog).BeginChange();

    public bool IsUnderWay => Volatile.Read(ref catalog) is not null;

    public void Dispose() => Interlocked.Exchange(ref catalog, null)?.EndChange();
}
