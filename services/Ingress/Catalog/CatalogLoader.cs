using System.Security.Cryptography;
using System.Text;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Catalog;

/// <summary>Reads a target's names from its system catalogs, all of one moment.</summary>
internal static class CatalogLoader
{
    private const char Separator = '\u0001';

    /// <summary>Throws what <paramref name="query"/> throws; the connection is then to be given up, it may be in a failed transaction.</summary>
    /// <param name="known">What was read before: the same is given back where the target says that nothing changed since.</param>
    public static async Task<LoadedCatalog> LoadAsync(CatalogQuery query, LoadedCatalog? known, CancellationToken cancel)
    {
        await query(CatalogSql.Begin, cancel);
        var locked = await PrepareAsync(query, cancel);
        var (stamp, system) = await StampAsync(query, cancel);
        var loaded = known?.IsStill(stamp, locked) is true
            ? known
            : await ReadAsync(query, await SystemAsync(query, known?.System, system, cancel), cancel) with { Stamp = stamp, Locked = locked };
        await query(CatalogSql.Commit, cancel);
        return loaded;
    }

    /// <summary>The names in a transaction that is open; the caller takes back the settings that it makes there.</summary>
    /// <param name="known">PostgreSQL's own as it was read before; it is not read again where it is the same.</param>
    public static async Task<CatalogSnapshot> ReadWithinAsync(CatalogQuery query, SystemCatalog? known, CancellationToken cancel)
    {
        await PrepareAsync(query, cancel);
        var (_, system) = await StampAsync(query, cancel);
        return (await ReadAsync(query, await SystemAsync(query, known, system, cancel), cancel)).Snapshot;
    }

    /// <returns>What is locked, and will not be read.</returns>
    private static async Task<string> PrepareAsync(CatalogQuery query, CancellationToken cancel)
    {
        await query(CatalogSql.Settings, cancel);
        return await query(CatalogSql.NoteLocked, cancel) is [[{ } locked]] ? locked : throw Nonsense();
    }

    private static async Task<(string All, string System)> StampAsync(CatalogQuery query, CancellationToken cancel) =>
        await query(CatalogSql.Stamp, cancel) is [[{ } all, { } system]] ? (all, system) : throw Nonsense();

    private static InvalidDataException Nonsense() => new("The target answered a question about its catalog with something else.");

    private static async Task<SystemCatalog> SystemAsync(CatalogQuery query, SystemCatalog? known, string stamp, CancellationToken cancel)
    {
        if (known?.Stamp == stamp) return known;
        var (columns, functions) = (await query(CatalogSql.SystemColumns, cancel), await query(CatalogSql.SystemFunctions, cancel));
        // Not on a session's loop: it is long.
        return await Task.Run(() => new SystemCatalog(stamp, Columns(columns), Functions(functions)), cancel);
    }

    private static async Task<LoadedCatalog> ReadAsync(CatalogQuery query, SystemCatalog system, CancellationToken cancel)
    {
        var parts = new List<IReadOnlyList<string?[]>>();
        foreach (var sql in CatalogSql.Parts)
            parts.Add(await query(sql, cancel));
        // Likewise: it may be.
        return await Task.Run(() => Build(system, parts), cancel);
    }

    private static LoadedCatalog Build(SystemCatalog system, List<IReadOnlyList<string?[]>> parts)
    {
        if (parts is not [var relations, var columns, var parents, var functions, var operators, var consequences, var dependencies]) throw new ArgumentException("seven parts", nameof(parts));
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(digest, [system.Stamp]);
        foreach (var row in parts.SelectMany(static part => part))
            Append(digest, row);
        var names = relations.ToDictionary(static r => r[0]!, static r => $"{r[1]}.{r[2]}");
        var setOff = new CatalogConsequences(consequences, names);
        var hanging = new CatalogDependencies(dependencies, names, functions);
        var snapshot = new CatalogSnapshot
        {
            Relations = Relations(relations, system, Columns(columns), parents, names, setOff),
            Functions = With(system.Functions, Functions(functions)),
            Operators = Operators(operators),
            Casts = setOff.Casts,
            Domains = setOff.Domains,
            TypesWithin = setOff.TypesWithin,
            CheckedTypes = setOff.CheckedTypes,
            Comparisons = setOff.Comparisons,
            EventTriggers = setOff.EventTriggers,
            Types = hanging.Types,
            Indexes = hanging.Indexes,
            Dependents = hanging.Dependents,
        };
        return new(snapshot, Convert.ToHexStringLower(digest.GetHashAndReset())) { System = system };
    }

    private static Dictionary<string, IReadOnlyList<CatalogFunction>> With(IReadOnlyDictionary<string, IReadOnlyList<CatalogFunction>> system, Dictionary<string, IReadOnlyList<CatalogFunction>> own)
    {
        var all = new Dictionary<string, IReadOnlyList<CatalogFunction>>(system);
        foreach (var (name, functions) in own)
            all[name] = all.TryGetValue(name, out var others) ? [.. others, .. functions] : functions;
        return all;
    }

    private static ILookup<string, CatalogColumn> Columns(IReadOnlyList<string?[]> rows) => rows.ToLookup(static c => c[0]!, static c => new CatalogColumn(c[1]!, short.Parse(c[2]!), uint.Parse(c[3]!))
    {
        Generated = c[4], NotNull = IsTrue(c[5]), InPrimaryKey = IsTrue(c[6]), InPartitionKey = IsTrue(c[7]), Collated = IsTrue(c[8]),
    });

    private static Dictionary<string, CatalogRelation> Relations(
        IReadOnlyList<string?[]> relations, SystemCatalog system, ILookup<string, CatalogColumn> columns, IReadOnlyList<string?[]> parents,
        Dictionary<string, string> names, CatalogConsequences setOff)
    {
        var parentsOf = parents.Where(p => names.ContainsKey(p[1]!)).ToLookup(static p => p[0]!, p => names[p[1]!]);
        // "a.b"."c" and "a"."b.c" read alike: neither is then known, which is safe.
        var ambiguous = names.Values.GroupBy(static n => n).Where(static g => g.Count() > 1).Select(static g => g.Key).ToHashSet();
        Dictionary<string, CatalogRelation> result = new(relations.Count);
        foreach (var row in relations.Where(r => !ambiguous.Contains(names[r[0]!])))
            result[names[row[0]!]] = setOff.AddTo(new(
                uint.Parse(row[0]!), row[1]!, row[2]!, row[3]![0], [.. system.Columns[row[0]!], .. columns[row[0]!]], row[6], [.. parentsOf[row[0]!]], IsTrue(row[4]), IsTrue(row[5])));
        return result;
    }

    private static Dictionary<string, IReadOnlyList<CatalogFunction>> Functions(IReadOnlyList<string?[]> rows) =>
        rows.GroupBy(static r => $"{r[1]}.{r[2]}").ToDictionary(
            static g => g.Key,
            static g => (IReadOnlyList<CatalogFunction>)[.. g.Select(Function)]);

    private static CatalogFunction Function(string?[] row) =>
        new(uint.Parse(row[0]!), row[1]!, row[2]!, row[3]![0], row[4]!, IsTrue(row[5]), row[6])
        {
            Columns = row[7] switch
            {
                "scalar" => [],
                "record" => row[8]?.Split(Separator),
                _ => null,
            },
            Definition = row[9],
            Untrusted = IsTrue(row[10]),
            Calls = row[11]?.Split(Separator) ?? [],
            IsOverRows = IsTrue(row[12]),
            Extension = row[13],
        };

    private static Dictionary<string, IReadOnlyList<string>> Operators(IReadOnlyList<string?[]> rows) =>
        rows.GroupBy(static r => r[0]!).ToDictionary(
            static g => g.Key,
            static g => (IReadOnlyList<string>)[.. g.Select(static r => $"{r[1]}.{r[2]}")]);

    private static void Append(IncrementalHash digest, string?[] row)
    {
        foreach (var field in row)
        {
            var bytes = field is null ? [] : Encoding.UTF8.GetBytes(field);
            digest.AppendData(BitConverter.GetBytes(field is null ? -1 : bytes.Length));
            digest.AppendData(bytes);
        }
    }

    private static bool IsTrue(string? text) => text is "t" or "true" or "True";
}
