namespace Hoop.Ingress.Sql.Lineage;

/// <summary>What a function does with values, as far as its name tells.</summary>
/// <param name="Name">Qualified.</param>
/// <param name="Opaque">Its result may come from any table.</param>
/// <param name="Stores">What it is given may be kept or sent somewhere.</param>
/// <param name="Columns">See <see cref="Catalog.CatalogFunction.Columns"/>.</param>
sealed record FunctionTraits(string Name, bool Opaque, bool Stores, IReadOnlyList<string>? Columns)
{
    /// <summary>It runs a text that it is given.</summary>
    public bool RunsText { get; init; }

    /// <summary>It tells which files there are.</summary>
    public bool TellsOfFiles { get; init; }

    public static FunctionTraits Unknown(string name) => new(name, true, true, null);

    /// <summary>When it is not certain which of two is called.</summary>
    public FunctionTraits Or(FunctionTraits other) => new(
        Opaque || !other.Opaque ? Name : other.Name, Opaque || other.Opaque, Stores || other.Stores,
        Columns is not null && other.Columns is not null && Columns.SequenceEqual(other.Columns) ? Columns : null)
    {
        RunsText = RunsText || other.RunsText,
        TellsOfFiles = TellsOfFiles || other.TellsOfFiles,
    };
}
