namespace Hoop.Ingress.Catalog;

/// <summary>A statement on its way that must find under its names what it was judged with.</summary>
internal interface INamesUse
{
    /// <summary>Whose it is: one's own statements come one after the other.</summary>
    object Session { get; }

    /// <param name="names">Of relations and functions, without their schemas; null: any.</param>
    bool Needs(IReadOnlySet<string>? names);
}
