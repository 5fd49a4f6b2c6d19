using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>COPY in all its directions: a table or a query, the client, a file of the server or a program it runs.</summary>
static class CopyStatement
{
    public static void Copy(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        var into = body.Flag("is_from");
        if (body.Field("relation") is { } relation)
        {
            var (schema, name) = walk.Relation(relation, into ? "copy-from" : "copy-to", into ? E.Write : E.Read);
            if (into)
            {
                if (SystemRelations.IsSystem(schema)) walk.Add(Consequences.OfSystem);
                Consequences.OfTarget(walk, schema, name);
                Consequences.OfWriting(walk, schema, name, "insert");
            }
            else StoredRelations.Visit(walk, schema, name, relation.Flag("inh"));
        }
        walk.VisitFields(body, scope, "relation");
        if (body.Flag("is_program")) walk.Access(into ? "copy-from" : "copy-to", "other", "program", E.CodeExec);
        else if (body.Text("filename") is { } file) walk.Access(into ? "copy-from" : "copy-to", "other", $"file:{file}", E.FileAccess);
        else walk.Command = new(into ? SqlCommandKind.CopyIn : SqlCommandKind.CopyOut) { Options = Options(body) };
        walk.MayBePlumbing = false;
    }

    static List<KeyValuePair<string, string?>> Options(JsonElement body)
    {
        var options = new List<KeyValuePair<string, string?>>();
        foreach (var item in body.Items("options"))
            if (item.As("DefElem") is { } option) options.Add(new(option.Text("defname") ?? "", option.Field("arg")?.ConstantText()));
        return options;
    }
}
