using Hoop.Contracts.Operations;

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
                resolution.Queries.Resolve(statement["query"], null, null);
                break;
            case "CreateSchemaStmt":
                foreach (var element in statement.List("schemaElts")) Resolve(element);
                break;
            case "DoStmt" or "CreateFunctionStmt" or "AlterFunctionStmt" or "CreateTrigStmt" or "CreateEventTrigStmt" or "RuleStmt" or "CreateCastStmt" or "CreateOpClassStmt"
                or "CreateTransformStmt" or "CreatePLangStmt" or "CreateExtensionStmt" or "CreateSubscriptionStmt" or "AlterSubscriptionStmt"
                or "CreateForeignTableStmt" or "ImportForeignSchemaStmt" or "AlterForeignServerStmt":
                Hide();
                break;
            case "DefineStmt" when statement.Text("kind") is "OBJECT_AGGREGATE" or "OBJECT_OPERATOR":
                Hide();
                break;
            case "AlterDomainStmt":
                resolution.Uses.Add(Value.Unknown, ColumnUseKind.Other);
                break;
            case "ClusterStmt":
                var clustered = statement.Child("relation", "RangeVar");
                resolution.Uses.Add(clustered.Exists ? ShapeOf(clustered).Row : Value.Unknown, ColumnUseKind.Order);
                break;
            case "CreatePolicyStmt" or "AlterPolicyStmt":
                resolution.Uses.Add(resolution.Expressions.EvaluateBelow(statement, ScopeOf(statement, "table")), ColumnUseKind.Other);
                break;
            case "CreateStatsStmt":
                // ANALYZE works its expressions out for stored rows, and fails where they do.
                foreach (var relation in statement.List("relations"))
                    resolution.Uses.Add(resolution.Expressions.EvaluateBelow(statement, new Scope(null, null) { Items = [resolution.From.Relation(relation, new Scope(null, null))] }), ColumnUseKind.Other);
                break;
            case "RenameStmt":
                Rename(statement);
                break;
            case "AlterObjectSchemaStmt" when statement.Has("relation"):
                Rename(statement.Child("relation", "RangeVar"), null);
                break;
            case "IndexStmt":
                Below(statement);
                if (statement.Flag("unique")) Keys(statement, "indexParams", ColumnUseKind.Group);
                break;
            case "CreateStmt":
                new ConstraintLineage(resolution).Resolve(statement, Shape.Empty);
                if (statement.Has("partbound"))
                    foreach (var parent in statement.List("inhRelations"))
                        resolution.Uses.Add(ShapeOf(parent).Row, ColumnUseKind.Other);
                break;
            case "AlterTableStmt":
                Below(statement);
                Alter(statement);
                break;
        }
    }

    /// <summary>USING and generated columns move values; expressions in checks and predicates of indexes tell of them by failing.</summary>
    void Below(Node statement) =>
        resolution.Uses.Add(resolution.Expressions.EvaluateBelow(statement, ScopeOf(statement, "relation")), ColumnUseKind.Stored);

    void Alter(Node alter)
    {
        var table = ShapeOf(alter.Child("relation", "RangeVar"));
        new ConstraintLineage(resolution).Resolve(alter, table);
        foreach (var command in alter.List("cmds"))
        {
            var column = command.Text("name") is { } name ? table.Find(name) ?? table.Possible ?? Value.None : Value.None;
            switch (command.Text("subtype"))
            {
                case "AT_AlterColumnType":
                    resolution.Uses.Add(column, ColumnUseKind.Other);
                    break;
                case "AT_SetNotNull":
                    resolution.Uses.Add(column, ColumnUseKind.NullTest);
                    break;
                case "AT_DropInherit":
                    resolution.Uses.Add(table.Row, ColumnUseKind.Stored);
                    break;
                case "AT_DetachPartition":
                    resolution.Uses.Add(Partition(command).Row, ColumnUseKind.Stored);
                    break;
                case "AT_AttachPartition":
                    resolution.Uses.Add(Partition(command).Row.Or(table.Row), ColumnUseKind.Other);
                    break;
                case "AT_GenericOptions" or "AT_AlterColumnGenericOptions":
                    Hide();
                    break;
            }
        }
    }

    Shape Partition(Node command) => ShapeOf(command["def"].Child("name", "RangeVar"));

    void Keys(Node owner, string list, ColumnUseKind kind)
    {
        var table = ShapeOf(owner.Child("relation", "RangeVar"));
        foreach (var name in owner.List(list).Select(static e => e.Text("name")).OfType<string>())
            resolution.Uses.Add(table.Find(name) ?? table.Possible ?? Value.None, kind);
    }

    void Rename(Node rename)
    {
        switch (rename.Text("renameType"))
        {
            case "OBJECT_COLUMN":
                Rename(rename.Child("relation", "RangeVar"), rename.Text("subname"));
                break;
            case "OBJECT_TABLE" or "OBJECT_VIEW" or "OBJECT_MATVIEW" or "OBJECT_FOREIGN_TABLE":
                Rename(rename.Child("relation", "RangeVar"), null);
                break;
            case "OBJECT_SCHEMA":
                foreach (var relation in resolution.Context.Catalog.Relations.Values.Where(r => r.Schema == rename.Text("subname")))
                    foreach (var column in relation.Columns)
                        resolution.Uses.Add($"{relation.QualifiedName}.{column.Name}", ColumnUseKind.Stored);
                break;
            case "OBJECT_ATTRIBUTE":
                Hide();
                break;
        }
    }

    /// <summary>A column gets another name (all of them when <paramref name="column"/> is null), which no mask knows.</summary>
    void Rename(Node range, string? column)
    {
        var relation = resolution.Relations.Find(range, null);
        if (relation is null) Hide();
        else if (relation.Kind != 'v') resolution.Uses.Add(column is null ? ShapeOf(range).Row : ShapeOf(range).Find(column) ?? Value.Unknown, ColumnUseKind.Stored);
        else
            foreach (var own in relation.Columns.Where(c => column is null || c.Name == column))
                // What stands beneath a view keeps its name.
                resolution.Uses.Add($"{relation.QualifiedName}.{own.Name}", ColumnUseKind.Stored);
    }

    /// <summary>From here on values may go where they cannot be followed.</summary>
    void Hide() => resolution.Uses.Add(Value.Unknown, ColumnUseKind.Stored);

    Shape ShapeOf(Node range) => resolution.Relations.ShapeOf(range);

    Scope ScopeOf(Node statement, string property)
    {
        var scope = new Scope(null, null);
        scope.Items.Add(resolution.From.Relation(statement.Child(property, "RangeVar"), scope));
        return scope;
    }
}
