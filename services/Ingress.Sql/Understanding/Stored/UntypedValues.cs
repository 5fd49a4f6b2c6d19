using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>
/// Strings and parameters take their types from what stands beside them, and with the type its CHECKs: a string when the text is parsed, a parameter when
/// its value comes. A comparison takes what is beneath a domain, but arrays, rows and ranges of it stay what they are.
/// </summary>
sealed class UntypedValues
{
    /// <summary>Those that give each argument the type of another, besides what makes arrays.</summary>
    static readonly FrozenSet<string> Assimilating = ["lag", "lead", "width_bucket"];

    readonly StatementWalk walk;

    UntypedValues(JsonElement tree, StatementWalk walk)
    {
        this.walk = walk;
        Survey(tree);
    }

    bool Strings { get; set; }

    bool Parameters { get; set; }

    /// <summary>It may put a column's value into an array or a row, or hand it to what takes any type.</summary>
    bool Gathers { get; set; }

    public static bool AreStrings(JsonElement tree, StatementWalk walk) => new UntypedValues(tree, walk).Strings;

    /// <summary>The CHECKs within the types of the columns at hand.</summary>
    /// <param name="accesses">The tables that the statement names.</param>
    public static void Visit(StatementWalk walk, IReadOnlyList<ObjectAccess> accesses)
    {
        if (!AttachedExpressions.AnyChecks(walk.Context.Catalog)) return;
        UntypedValues? values = null;
        foreach (var access in accesses.Where(static a => a.Kind == "table").ToArray())
        {
            var relation = Find(walk, access.Name);
            var types = relation is null ? [] : Checked(relation, walk.Context.Catalog);
            // What it is only now made to be has the types that the statement says.
            if (relation is null ? !TemporaryRelations.Owns(access.Name) || access.Verb == "create" : types.Count == 0) continue;
            var written = access.Verb is "insert" or "update" or "merge" or "copy-from";
            values ??= new(walk.Tree, walk);
            if (!written && !values.Strings && !values.Parameters) continue;
            if (relation is null) Consequences.OfAnyType(walk);
            foreach (var type in types)
                if (walk.Context.Catalog.TypesWithin.ContainsKey(type)) AttachedExpressions.VisitType(walk, type, within: true);
                else if (written || values.Gathers) AttachedExpressions.VisitType(walk, type, within: values.Gathers);
        }
    }

    static List<string> Checked(CatalogRelation relation, CatalogSnapshot catalog) =>
        [.. relation.Columns.Select(c => catalog.CheckedTypes.GetValueOrDefault(c.TypeOid)).OfType<string>().Distinct().Where(type => AttachedExpressions.HasChecks(catalog, type))];

    static CatalogRelation? Find(StatementWalk walk, string name) =>
        TemporaryRelations.Owns(name) ? walk.Context.Temporary.Find(name) : walk.Context.Catalog.Relations.GetValueOrDefault(name);

    void Survey(JsonElement e)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (e.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in e.EnumerateArray()) Survey(item);
        }
        else if (e.ValueKind == JsonValueKind.Object)
        {
            foreach (var p in e.EnumerateObject())
            {
                // What comes out as it is stays column by column.
                if (p.NameEquals("ResTarget") && p.Value.Field("val")?.As("ColumnRef") is { } column && IsStar(column)) continue;
                Note(p.Name, p.Value);
                Survey(p.Value);
            }
        }
    }

    void Note(string type, JsonElement body)
    {
        switch (type)
        {
            case "A_Const": Strings |= body.Field("sval") is not null; break;
            case "ParamRef": Parameters = true; break;
            case "A_ArrayExpr": Gathers = true; break;
            case "SubLink": Gathers |= body.Text("subLinkType") == "ARRAY_SUBLINK"; break;
            case "ColumnRef": Gathers |= IsStar(body) || KnownRows.NameOf(body) is { } name && walk.Rows.Have(name); break;
            case "FuncCall": Gathers |= body.Names("funcname") is [.., var function] && MayGather(function); break;
        }
    }

    static bool IsStar(JsonElement column) => column.Items("fields").Any(static f => f.As("A_Star") is not null);

    static bool MayGather(string function) =>
        Assimilating.Contains(function) || function.StartsWith("array_", StringComparison.Ordinal) || !FunctionTable.IsBuiltIn(function);
}
