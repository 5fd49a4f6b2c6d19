using System.Text.Json;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>What the text, or the code, at hand itself changed in the schema before the statement that is looked at.</summary>
/// <param name="Tables">Qualified names of tables that it made: nothing hangs on them.</param>
/// <param name="Before">The catalog as it was, while all that was there before is as it was; else null.</param>
sealed record TextChanges(IReadOnlySet<string> Tables, CatalogSnapshot? Before)
{
    public static readonly TextChanges Anything = new(new HashSet<string>(), null);

    /// <summary>After one more statement with DDL.</summary>
    public static TextChanges After(TextChanges? earlier, JsonElement statement, E effects, SqlContext context)
    {
        earlier ??= new(new HashSet<string>(), context.Catalog);
        if ((effects & (E.Unknown | E.Dynamic)) != 0 || !statement.TryNode(out var type, out var body)) return Anything;
        JsonElement? made;
        switch (type)
        {
            case "CreateStmt" when body.Field("partspec") is null: made = body.Field("relation"); break;
            case "CreateTableAsStmt" when body.Text("objtype") == "OBJECT_TABLE": made = body.Field("into")?.Field("rel"); break;
            case "SelectStmt": made = body.Field("intoClause")?.Field("rel"); break;
            case "IndexStmt" or "CreateSeqStmt" or "CommentStmt": return earlier;
            default: return Anything;
        }
        if (made is not { } range || body.Flag("if_not_exists")) return earlier;
        var (schema, name) = new NameResolver(context).NewRelation(range.Text("schemaname"), range.Text("relname") ?? "", range.Text("relpersistence") == "t");
        return earlier with { Tables = new HashSet<string>(earlier.Tables) { $"{schema}.{name}" } };
    }
}
