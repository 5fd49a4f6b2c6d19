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

    /// <summary>The statement with them: what = says by their rules is not known, reading their values runs the CHECKs of their domains, and using them casts that nobody wrote down.</summary>
    /// <param name="types">As Parse declares them, by number.</param>
    public static SqlStatement In(SqlStatement statement, IEnumerable<uint> types, SqlContext context) =>
        With(statement, context, walk =>
        {
            foreach (var type in types.Where(static t => t >= FirstOwn))
            {
                if (context.Catalog.CheckedTypes.TryGetValue(type, out var name)) AttachedExpressions.VisitType(walk, name, within: false);
                UnwrittenCasts.VisitType(walk, cast => cast.Types.ContainsKey(type));
                if (!ReferenceEquals(context.Catalog, CatalogSnapshot.Changed)) continue;
                walk.Add(E.Unknown);
                walk.CastsUnseen = true;
            }
        });

    /// <param name="types">As PREPARE declares them.</param>
    internal static SqlStatement In(SqlStatement statement, IEnumerable<JsonElement> types, SqlContext context) =>
        With(statement, context, walk =>
        {
            foreach (var type in types)
            {
                if (type.As("TypeName")?.Names("names") is not [.., var name]) continue;
                AttachedExpressions.VisitType(walk, name, within: false);
                UnwrittenCasts.VisitType(walk, cast => cast.Types.Values.Contains(name));
            }
        });

    static SqlStatement With(SqlStatement statement, SqlContext context, Action<StatementWalk> read)
    {
        var walk = new StatementWalk(context, "", 0, new()) { MayBePlumbing = true };
        read(walk);
        statement = statement.WithForeignParameters();
        if (walk.IsPlumbing) return statement;
        var facts = statement.Facts;
        statement = statement with
        {
            Command = statement.Command with { PlansCode = true },
            Facts = facts with
            {
                Plumbing = false, Effects = facts.Effects | walk.Effects,
                Accesses = [.. facts.Accesses, .. walk.Accesses.Where(a => !facts.Accesses.Contains(a) && !facts.Accesses.Contains(a with { Implied = false }))],
            },
        };
        return walk.CastsUnseen ? statement.WithUnseenCasts() : statement;
    }
}
