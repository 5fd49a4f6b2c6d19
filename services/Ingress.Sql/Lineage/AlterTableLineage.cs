using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>ALTER TABLE: what moves values, what takes a mask's name away from them, and what fails by them.</summary>
sealed class AlterTableLineage(Resolution resolution)
{
    public void Resolve(Node alter)
    {
        var range = alter.Child("relation", "RangeVar");
        var table = resolution.Relations.ShapeOf(range);
        new ConstraintLineage(resolution).Resolve(alter, table);
        foreach (var command in alter.List("cmds"))
        {
            var column = command.Text("name") is { } name ? table.Find(name) ?? table.Possible ?? Value.None : Value.None;
            switch (command.Text("subtype"))
            {
                case "AT_AlterColumnType":
                    Use(column, ColumnUseKind.Other);
                    break;
                case "AT_SetNotNull":
                    Use(column, ColumnUseKind.NullTest);
                    break;
                // The values stay, in the column itself or in a materialised view above it, and the expression that told where they are from goes.
                case "AT_DropExpression" or "AT_SetExpression":
                    Use(column, ColumnUseKind.Stored);
                    break;
                case "AT_DropColumn":
                    if (LeavesCopies(range, command.Text("name"))) Use(column, ColumnUseKind.Stored);
                    break;
                case "AT_DropInherit":
                    Use(table.Row, ColumnUseKind.Stored);
                    break;
                case "AT_DetachPartition" or "AT_DetachPartitionFinalize":
                    Use(Partition(command).Row, ColumnUseKind.Stored);
                    break;
                case "AT_AttachPartition":
                    Use(Partition(command).Row.Or(table.Row), ColumnUseKind.Other);
                    break;
                case "AT_GenericOptions" or "AT_AlterColumnGenericOptions":
                    resolution.Uses.Hide();
                    break;
            }
        }
    }

    /// <summary>
    /// Tables that inherit the column keep theirs, when ONLY says so or when they declare it too, and it has no masked parent any more.
    /// Partitions always lose it with the table that they are part of.
    /// </summary>
    bool LeavesCopies(Node range, string? column) =>
        resolution.Relations.Find(range, null) is not { } relation || relation.Kind != 'p' && resolution.Relations.HasHeirs(relation, column);

    Shape Partition(Node command) => resolution.Relations.ShapeOf(command["def"].Child("name", "RangeVar"));

    void Use(Value value, ColumnUseKind kind) => resolution.Uses.Add(value, kind);
}
