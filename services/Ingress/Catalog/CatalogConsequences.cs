using System.Globalization;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Catalog;

/// <summary>The rows of <see cref="CatalogSql.Consequences"/>, by what they hang on.</summary>
internal sealed class CatalogConsequences(IReadOnlyList<string?[]> rows, IReadOnlyDictionary<string, string> names)
{
    private readonly ILookup<(string Kind, string On), string?[]> _rows = rows.ToLookup(static r => (r[0]!, r[1]!));

    /// <summary>Puts to a relation what using it sets off.</summary>
    public CatalogRelation AddTo(CatalogRelation relation)
    {
        var oid = relation.Oid.ToString(CultureInfo.InvariantCulture);
        var types = relation.Columns.Select(static c => c.TypeOid.ToString(CultureInfo.InvariantCulture)).Distinct().ToArray();
        return relation with
        {
            OfType = _rows[("typed", oid)].FirstOrDefault() is { } made ? $"{made[2]}.{made[3]}" : null,
            Triggers = [.. _rows[("trigger", oid)].Select(static r => new CatalogTrigger($"{r[3]}.{r[4]}", short.Parse(r[2]!.TrimEnd('+'), CultureInfo.InvariantCulture), r[5]) { Deferrable = r[2]!.EndsWith('+') })],
            Rules = [.. _rows[("rule", oid)].Select(static r => new CatalogRule(r[2]![0], r[3]!))],
            Cascades = [.. _rows[("cascade", oid)].Where(r => names.ContainsKey(r[2]!)).Select(Cascade)],
            Expressions =
            [
                .. Expressions("default", oid, 'd'), .. Expressions("check", oid, 'c'), .. Expressions("index", oid, 'i'), .. Expressions("unique", oid, 'u'), .. Expressions("exclude", oid, 'x'), .. Expressions("statistics", oid, 's'), .. Expressions("policy", oid, 'p'),
                .. types.SelectMany(t => Expressions("domain", t, 'v')),
                .. types.SelectMany(t => _rows[("type", t)].Select(static r => r[3]!)).Distinct().SelectMany(t => Expressions("domain", t, 't')),
            ],
        };
    }

    private CatalogCascade Cascade(string?[] row)
    {
        var keys = row[5]!.Split('/');
        return new CatalogCascade(names[row[2]!], row[3]![0], row[4]![0]) { Key = Numbers(keys[0]), ChildKey = Numbers(keys[1]) };
    }

    private static short[] Numbers(string list) => [.. list.Split(' ').Select(static n => short.Parse(n, CultureInfo.InvariantCulture))];

    public IReadOnlyList<CatalogCast> Casts =>
        [.. Of("cast").Select(r => new CatalogCast(r[2]!, r[3]![0], $"{r[4]}.{r[5]}") { Types = Between(r[1]!) })];

    private Dictionary<uint, string> Between(string cast) =>
        _rows[("between", cast)].ToDictionary(static r => uint.Parse(r[2]!, CultureInfo.InvariantCulture), static r => r[3]!);

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Domains =>
        Of("domain").GroupBy(static r => r[3]!).ToDictionary(static g => g.Key, static g => (IReadOnlyList<string>)[.. g.Select(static r => r[2]!)]);

    public IReadOnlyDictionary<string, IReadOnlyList<string>> TypesWithin =>
        Of("type").GroupBy(static r => r[2]!).ToDictionary(static g => g.Key, static g => (IReadOnlyList<string>)[.. g.Select(static r => r[4]!).Distinct()]);

    public IReadOnlyDictionary<uint, string> CheckedTypes =>
        Of("domain").Select(static r => (r[1]!, r[3]!)).Concat(Of("type").Select(static r => (r[1]!, r[2]!)))
            .DistinctBy(static t => t.Item1).ToDictionary(static t => uint.Parse(t.Item1, CultureInfo.InvariantCulture), static t => t.Item2);

    public IReadOnlyList<string> Comparisons => [.. Of("compare").Select(static r => $"{r[2]}.{r[3]}").Distinct()];

    public IReadOnlyList<string> EventTriggers => [.. Of("event").Select(static r => $"{r[2]}.{r[3]}").Distinct()];

    private IEnumerable<string?[]> Of(string kind) => rows.Where(r => r[0] == kind);

    private IEnumerable<CatalogExpression> Expressions(string kind, string oid, char letter) =>
        _rows[(kind, oid)].Where(static r => r[2] is not null).Select(r => new CatalogExpression(letter, r[2]!));
}
