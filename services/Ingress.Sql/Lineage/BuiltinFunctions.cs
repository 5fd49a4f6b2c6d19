using System.Collections.Frozen;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>The functions of PostgreSQL itself, for snapshots that were not read from a server.</summary>
static class BuiltinFunctions
{
    const string Schema = "pg_catalog";

    static readonly Lazy<FrozenDictionary<string, IReadOnlyList<CatalogFunction>>> All = new(Load);

    public static IReadOnlyList<CatalogFunction> Find(string name) => All.Value.GetValueOrDefault(name, []);

    /// <summary>Lines of <c>name volatility columns</c>; columns are <c>?</c> (depends on the call), <c>-</c> (one value) or a comma-separated list.</summary>
    static FrozenDictionary<string, IReadOnlyList<CatalogFunction>> Load()
    {
        using var stream = typeof(BuiltinFunctions).Assembly.GetManifestResourceStream("builtin-functions.txt")!;
        using var reader = new StreamReader(stream);
        Dictionary<string, IReadOnlyList<CatalogFunction>> functions = [];
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split(' ');
            functions[$"{Schema}.{parts[0]}"] =
            [
                new(0, Schema, parts[0], parts[1][0], "internal", false, null)
                {
                    Columns = parts[2] switch { "?" => null, "-" => [], var list => list.Split(',') },
                },
            ];
        }
        return functions.ToFrozenDictionary();
    }
}
