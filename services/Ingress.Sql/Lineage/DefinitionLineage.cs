using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Understanding;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>
/// DDL. Masks follow names, views and inheritance; what takes a column out of their sight moves its values. Checks over stored rows
/// tell of them by failing. Code runs later, unseen.
/// </summary>
sealed class DefinitionLineage(Resolution resolution)
{
    public void Resolve(Node statement)
    {
        switch (statement.Kind)
        {
            case "ViewStmt":
                // What it shows is followed when it is read; what it looks at is its owner's business then, and so it is judged now.
                if (IsSystems(statement.Child("view", "RangeVar"))) Hide();
                var shown = resolution.Queries.Resolve(statement["query"], null, null);
                if (statement.Flag("replace")) new StoredViewLineage(resolution).Replace(statement.Child("view", "RangeVar"), shown);
                break;
            case "RefreshMatViewStmt":
                new StoredViewLineage(resolution).Refresh(statement.Child("relation", "RangeVar"));
                break;
            case "CreateSchemaStmt":
                if (SystemRelations.IsSystem(statement.Text("schemaname") ?? "")) Hide();
                foreach (var element in statement.List("schemaElts")) Resolve(element);
                break;
            case "DoStmt" or "CreateFunctionStmt" or "AlterFunctionStmt" or "CreateTrigStmt" or "CreateEventTrigStmt" or "RuleStmt" or "CreateCastStmt" or "CreateOpClassStmt"
                or "CreateTransformStmt" or "CreatePLangStmt" or "CreateExtensionStmt" or "CreateSubscriptionStmt" or "AlterSubscriptionStmt"
                or "CreateForeignTableStmt" or "ImportForeignSchemaStmt" or "AlterForeignServerStmt" or "CreateFdwStmt" or "AlterFdwStmt" or "CreateAmStmt"
                or "AlterExtensionStmt" or "AlterExtensionContentsStmt" or "LoadStmt" or "AlterOpFamilyStmt" or "AlterOperatorStmt" or "CreateConversionStmt":
                Hide();
                break;
            case "AlterSystemStmt" or "AlterRoleSetStmt" or "AlterDatabaseSetStmt" when SetsCode(statement.Child("setstmt", "VariableSetStmt")):
                Hide();
                break;
            case "VariableSetStmt" when SpaceLimit.Is(statement.Text("name") ?? "") && statement.Text("kind") is not ("VAR_RESET" or "VAR_SET_DEFAULT"):
                Hide();
                break;
            case "DefineStmt" when statement.Text("kind") is "OBJECT_AGGREGATE" or "OBJECT_OPERATOR":
                Hide();
                break;
            case "AlterDomainStmt":
                resolution.Uses.Add(Value.Unknown, ColumnUseKind.Other);
                Domain(statement);
                break;
            case "CreateDomainStmt":
                Domain(statement);
                break;
            case "ClusterStmt":
                var clustered = statement.Child("relation", "RangeVar");
                resolution.Uses.Add(clustered.Exists ? ShapeOf(clustered).Row : Value.Unknown, ColumnUseKind.Order);
                break;
            case "CreatePolicyStmt" or "AlterPolicyStmt":
                resolution.Uses.Add(resolution.Expressions.EvaluateBelow(statement, ScopeOf(statement, "table")), ColumnUseKind.Other);
                break;
            case "CreatePublicationStmt" or "AlterPublicationStmt":
                // Whoever may read its changes sees which rows it takes.
                foreach (var table in statement.List("pubobjects").Select(static o => o.Child("pubtable", "PublicationTable")).Where(static t => t.Exists))
                    resolution.Uses.Add(resolution.Expressions.EvaluateBelow(table["whereClause"], ScopeOf(table, "relation")), ColumnUseKind.Other);
                break;
            case "CreateStatsStmt":
                // ANALYZE works its expressions out for stored rows, and fails where they do.
                foreach (var relation in statement.List("relations"))
                    resolution.Uses.Add(resolution.Expressions.EvaluateBelow(statement, new Scope(null, null) { Items = [resolution.From.Relation(relation, new Scope(null, null))] }), ColumnUseKind.Other);
                break;
            case "RenameStmt":
                new RenameLineage(resolution).Rename(statement);
                break;
            case "AlterObjectSchemaStmt":
                new RenameLineage(resolution).Move(statement);
                break;
            case "IndexStmt":
                Below(statement);
                if (statement.Flag("unique")) Keys(statement, "indexParams", ColumnUseKind.Group);
                break;
            case "CreateStmt":
                Create(statement);
                break;
            case "AlterTableStmt":
                Below(statement);
                new AlterTableLineage(resolution).Resolve(statement);
                break;
        }
    }

    /// <summary>Programs to run, libraries to load: whatever is more than how to format, plan and wait. Taking a setting back runs nothing new.</summary>
    static bool SetsCode(Node set) => set.Text("kind") is not ("VAR_RESET" or "VAR_RESET_ALL" or "VAR_SET_DEFAULT") && !Settings.IsHarmless(set.Text("name")?.ToLowerInvariant() ?? "");

    /// <summary>USING and generated columns move values; expressions in checks and predicates of indexes tell of them by failing.</summary>
    void Below(Node statement) =>
        resolution.Uses.Add(resolution.Expressions.EvaluateBelow(statement, ScopeOf(statement, "relation")), ColumnUseKind.Stored);

    /// <summary>A new table is empty, but for what it inherits; its defaults and generated columns fill it later with what they read.</summary>
    void Create(Node create)
    {
        var inherited = Shape.Concat(create.List("inhRelations").Select(ShapeOf));
        new ConstraintLineage(resolution).Resolve(create, inherited);
        if (create.Has("partbound")) resolution.Uses.Add(inherited.Row, ColumnUseKind.Other);
        var elements = create.List("tableElts");
        List<OutputColumn> own = [.. elements.Select(static e => e.Text("colname")).OfType<string>().Where(n => inherited.Find(n) is null).Select(static n => new OutputColumn(n, Value.None))];
        var like = Shape.Concat(elements.Where(static e => e.Kind == "TableLikeClause").Select(e => ShapeOf(e.Child("relation", "RangeVar")))).Map(static _ => Value.None);
        var columns = Shape.Concat([new Shape(own), inherited, like]);
        if (create.Has("ofTypename")) columns = columns with { Others = Value.None.Or(columns.Others) };
        var scope = new Scope(null, null) { Items = [new(create.Child("relation", "RangeVar").Text("relname"), columns)] };
        foreach (var element in elements.Concat(create.List("constraints")))
            resolution.Uses.Add(resolution.Expressions.EvaluateBelow(element, scope), ColumnUseKind.Stored);
    }

    /// <summary>Its default stands in columns, without a word about where it is from.</summary>
    void Domain(Node domain)
    {
        var scope = new Scope(null, null) { Items = [new(null, new([new("value", Value.None)]))] };
        resolution.Uses.Add(resolution.Expressions.EvaluateBelow(domain, scope), ColumnUseKind.Stored);
    }

    void Keys(Node owner, string list, ColumnUseKind kind)
    {
        var table = ShapeOf(owner.Child("relation", "RangeVar"));
        foreach (var name in owner.List(list).Select(static e => e.Text("name")).OfType<string>())
            resolution.Uses.Add(table.Find(name) ?? table.Possible ?? Value.None, kind);
    }

    /// <summary>Much is taken on trust there that anybody else's would be looked at for.</summary>
    bool IsSystems(Node created) => SystemRelations.IsSystem(created.Text("schemaname")
        ?? resolution.Context.SearchPath.FirstOrDefault(static s => s != "pg_catalog" && !s.StartsWith(TemporaryRelations.Schema, StringComparison.Ordinal)) ?? "");

    void Hide() => resolution.Uses.Hide();

    Shape ShapeOf(Node range) => resolution.Relations.ShapeOf(range);

    Scope ScopeOf(Node statement, string property)
    {
        var scope = new Scope(null, null);
        scope.Items.Add(resolution.From.Relation(statement.Child(property, "RangeVar"), scope));
        return scope;
    }
}
