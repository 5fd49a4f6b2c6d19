using System.Collections.Frozen;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>
/// Every node of the raw grammar that is not a statement (those are in <see cref="StatementTable"/>). A node that is in neither, such as one
/// that a newer grammar brings, makes the statement not understood.
/// </summary>
static class NodeTable
{
    /// <summary>May hold expressions, relations or statements: every field is visited.</summary>
    static readonly string[] walked = Names(
        "A_ArrayExpr A_Expr A_Indices A_Indirection AlterTableCmd BoolExpr BooleanTest CTECycleClause CTESearchClause CaseExpr CaseWhen CoalesceExpr",
        "CollateClause ColumnDef ColumnRef CommonTableExpr Constraint CreateOpClassItem DefElem FuncCall FunctionParameter GroupingFunc GroupingSet",
        "IndexElem InferClause IntoClause JoinExpr JsonAggConstructor JsonArgument JsonArrayAgg JsonArrayConstructor JsonArrayQueryConstructor",
        "JsonBehavior JsonFuncExpr JsonIsPredicate JsonKeyValue JsonObjectAgg JsonObjectConstructor JsonOutput JsonParseExpr",
        "JsonReturning JsonScalarExpr JsonSerializeExpr JsonTable JsonTableColumn JsonTablePathSpec JsonValueExpr List LockingClause",
        "MergeWhenClause MinMaxExpr MultiAssignRef NamedArgExpr NullTest ObjectWithArgs OnConflictClause PartitionBoundSpec PartitionCmd PartitionElem",
        "PartitionSpec PublicationObjSpec PublicationTable RangeFunction RangeSubselect RangeTableFunc RangeTableFuncCol RangeTableSample RangeVar",
        "RawStmt ResTarget ReturningClause RowExpr SortBy StatsElem SubLink TableLikeClause TypeCast TypeName VacuumRelation WindowDef WithClause",
        "XmlExpr XmlSerialize");

    /// <summary>Says something by itself and holds nothing that runs.</summary>
    static readonly string[] harmless = Names(
        "A_Const A_Star ATAlterConstraint AccessPriv Alias BitString Boolean CurrentOfExpr Float Integer JsonFormat MergeSupportFunc ParamRef",
        "PartitionRangeDatum ReturningOption RoleSpec SQLValueFunction SetToDefault String TriggerTransition");

    static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Parts =
        walked.Concat(harmless).ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public static IReadOnlyList<string> Walked => walked;

    public static IReadOnlyList<string> Harmless => harmless;

    /// <summary>Whether the field is a node's type name: fields of nodes begin with a lower-case letter.</summary>
    public static bool IsType(ReadOnlySpan<byte> field) => field.Length > 0 && field[0] is >= (byte)'A' and <= (byte)'Z';

    public static bool Knows(ReadOnlySpan<byte> type)
    {
        Span<char> name = stackalloc char[64];
        if (type.Length > name.Length) return false;
        for (var i = 0; i < type.Length; i++) name[i] = (char)type[i];
        return Parts.Contains(name[..type.Length]);
    }

    static string[] Names(params string[] lines) => [.. lines.SelectMany(l => l.Split(' '))];
}
