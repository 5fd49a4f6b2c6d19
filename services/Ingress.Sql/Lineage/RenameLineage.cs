using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Understanding;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>Masks go by names: what gets another one, or another schema, is out of their sight.</summary>
sealed class RenameLineage(Resolution resolution)
{
    public void Rename(Node rename)
    {
        switch (rename.Text("renameType"))
        {
            case "OBJECT_COLUMN":
                Relation(rename.Child("relation", "RangeVar"), rename.Text("subname"));
                break;
            // ALTER INDEX, VIEW or SEQUENCE … RENAME takes any kind of relation; only indexes are not in the catalog.
            case "OBJECT_INDEX" when IsSurelyIndex(rename.Child("relation", "RangeVar")):
                break;
            case "OBJECT_TABLE" or "OBJECT_VIEW" or "OBJECT_MATVIEW" or "OBJECT_FOREIGN_TABLE" or "OBJECT_INDEX" or "OBJECT_SEQUENCE":
                Relation(rename.Child("relation", "RangeVar"), null);
                break;
            case "OBJECT_SCHEMA" when SystemRelations.IsSystem(rename.Text("subname") ?? "") || SystemRelations.IsSystem(rename.Text("newname") ?? ""):
                resolution.Uses.Hide();
                break;
            case "OBJECT_SCHEMA":
                foreach (var relation in resolution.Context.Catalog.Relations.Values.Where(r => r.Schema == rename.Text("subname")))
                    foreach (var column in relation.Columns)
                        resolution.Uses.Add($"{relation.QualifiedName}.{column.Name}", ColumnUseKind.Stored);
                break;
            case "OBJECT_TYPE" or "OBJECT_DOMAIN" when IsSystems(rename["object"]):
                resolution.Uses.Hide();
                break;
            case "OBJECT_TABCONSTRAINT" or "OBJECT_DOMCONSTRAINT" or "OBJECT_TRIGGER" or "OBJECT_POLICY" or "OBJECT_RULE" or "OBJECT_ROLE" or "OBJECT_TABLESPACE":
            case var type when HoldsNoValues(type):
                break;
            default:
                // A function or an operator may come to stand where another is trusted.
                resolution.Uses.Hide();
                break;
        }
    }

    public void Move(Node move)
    {
        if (SystemRelations.IsSystem(move.Text("newschema") ?? "")) resolution.Uses.Hide();
        else if (move.Has("relation")) Relation(move.Child("relation", "RangeVar"), null);
        else if (!HoldsNoValues(move.Text("objectType")) || IsSystems(move["object"])) resolution.Uses.Hide();
    }

    /// <summary>A type that PostgreSQL brings: another could take its name, and with it the trust in it.</summary>
    static bool IsSystems(Node type)
    {
        var names = type.Kind == "List" ? type.Names("items") : type.Names("names");
        return names is [.., { } name] && BuiltinTypes.IsOne(names.Count > 1 ? names[^2] : null, name);
    }

    static bool HoldsNoValues(string? type) => type is
        "OBJECT_TYPE" or "OBJECT_DOMAIN" or "OBJECT_COLLATION" or "OBJECT_CONVERSION" or "OBJECT_STATISTIC_EXT" or "OBJECT_PUBLICATION"
        or "OBJECT_TSCONFIGURATION" or "OBJECT_TSDICTIONARY" or "OBJECT_TSPARSER" or "OBJECT_TSTEMPLATE";

    /// <summary>The catalog lists every other relation, but for temporary ones and those whose name could be read in two ways.</summary>
    bool IsSurelyIndex(Node range)
    {
        var (schema, name) = (range.Text("schemaname") ?? "", range.Text("relname") ?? "");
        return resolution.Context.Catalog.Relations.Count > 0 && !schema.Contains('.') && !name.Contains('.') && !resolution.Context.IsTemporary(name)
            && resolution.Relations.Find(range, null) is null;
    }

    /// <summary>A column gets another name (all of them when <paramref name="column"/> is null), which no mask knows.</summary>
    void Relation(Node range, string? column)
    {
        var relation = resolution.Relations.Find(range, null);
        if (relation is null)
        {
            resolution.Uses.Hide();
            return;
        }
        var shape = resolution.Relations.ShapeOf(relation);
        if (relation.Kind != 'v') resolution.Uses.Add(column is null ? shape.Row : shape.Find(column) ?? Value.Unknown, ColumnUseKind.Stored);
        else
            foreach (var own in relation.Columns.Where(c => column is null || c.Name == column))
                // What stands beneath a view keeps its name.
                resolution.Uses.Add($"{relation.QualifiedName}.{own.Name}", ColumnUseKind.Stored);
    }
}
