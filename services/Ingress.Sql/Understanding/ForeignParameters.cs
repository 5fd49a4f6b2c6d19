using System.Text.Json;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>Parameters of types that are not PostgreSQL's own.</summary>
public static class ForeignParameters
{
    /// <summary>The number from which on types are a database's own: FirstNormalObjectId.</summary>
    public const uint FirstOwn = 16384;

    /// <summary>The statement with them: what = says by their rules is not known, and reading their values runs the CHECKs of their domains.</summary>
    /// <param name="types">As Parse declares them, by number.</param>
    public static SqlStatement In(SqlStatement statement, IEnumerable<uint> types, SqlContext context) =>
        With(statement, context, walk =>
        {
            foreach (var type in types)
                if (context.Catalog.CheckedTypes.TryGetValue(type, out var name)) Check(walk, name);
                else if (type >= FirstOwn && ReferenceEquals(context.Catalog, CatalogSnapshot.Changed)) walk.Add(E.Unknown);
        });

    /// <param name="types">As PREPARE declares them.</param>
    internal static SqlStatement In(SqlStatement statement, IEnumerable<JsonElement> types, SqlContext context) =>
        With(statement, context, walk =>
        {
            foreach (var type in types)
                if (type.As("TypeName")?.Names("names") is [.., var name]) Check(walk, name);
        });

    // A value is read, not cast.
    static void Check(StatementWalk walk, string type)
    {
        foreach (var part in walk.Context.Catalog.TypesWithin.GetValueOrDefault(type, []).Prepend(type)) AttachedExpressions.VisitDomain(walk, part, within: false);
    }

    static SqlStatement With(SqlStatement statement, SqlContext context, Action<StatementWalk> read)
    {
        var walk = new StatementWalk(context, "", 0, new()) { MayBePlumbing = true };
        read(walk);
        statement = statement.WithForeignParameters();
        if (walk.IsPlumbing) return statement;
        var facts = statement.Facts;
        return statement with
        {
            Command = statement.Command with { PlansCode = true },
            Facts = facts with
            {
                Plumbing = false, Effects = facts.Effects | walk.Effects,
                Accesses = [.. facts.Accesses, .. walk.Accesses.Where(a => !facts.Accesses.Contains(a) && !facts.Accesses.Contains(a with { Implied = false }))],
            },
        };
    }
}
