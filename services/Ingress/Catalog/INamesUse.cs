using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Catalog;

/// <summary>A statement on its way that must find under its names what it was judged with.</summary>
internal interface INamesUse
{
    bool Needs(MovedNames names);

    /// <summary>It keeps what it reads, for everybody to see, of a database with masked columns.</summary>
    bool Keeps { get; }
}
