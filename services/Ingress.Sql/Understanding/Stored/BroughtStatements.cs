using System.Collections.Frozen;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>
/// The statements that may stand in code which somebody under column masks brings. None makes a name that stood for one relation or function stand for another that was there
/// already, and none sets free code that lies asleep (a disabled trigger); what is new in them is as harmless as what it is made of.
/// </summary>
static class BroughtStatements
{
    static readonly FrozenSet<string> Plain = FrozenSet.Create(
        "SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CreateStmt", "CreateTableAsStmt", "ViewStmt", "IndexStmt", "CreateSeqStmt", "AlterSeqStmt",
        "CreateEnumStmt", "AlterEnumStmt", "CompositeTypeStmt", "CreateDomainStmt", "CommentStmt", "TruncateStmt", "LockStmt", "CreateRoleStmt", "GrantStmt", "GrantRoleStmt");

    static readonly FrozenSet<string> Alterations = FrozenSet.Create(
        "AT_AddColumn", "AT_DropColumn", "AT_ColumnDefault", "AT_SetNotNull", "AT_DropNotNull", "AT_AlterColumnType", "AT_AddConstraint", "AT_DropConstraint",
        "AT_ValidateConstraint", "AT_AlterConstraint", "AT_SetStatistics", "AT_SetStorage", "AT_SetCompression", "AT_SetRelOptions", "AT_ResetRelOptions",
        "AT_AddIdentity", "AT_SetIdentity", "AT_DropIdentity", "AT_EnableRowSecurity");

    static readonly FrozenSet<string> Relations = FrozenSet.Create("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE");

    static readonly FrozenSet<string> Others = FrozenSet.Create("OBJECT_INDEX", "OBJECT_TYPE", "OBJECT_DOMAIN");

    public static bool MayStand(JsonElement statement) => statement.TryNode(out var type, out var body) && type switch
    {
        "AlterTableStmt" => body.Items("cmds").All(static c => c.As("AlterTableCmd")?.Text("subtype") is { } subtype && Alterations.Contains(subtype)),
        "RenameStmt" => body.Text("renameType") is "OBJECT_COLUMN" or "OBJECT_TABCONSTRAINT",
        "DropStmt" => body.Text("removeType") is { } dropped && (Relations.Contains(dropped) || Others.Contains(dropped)),
        "CreateSchemaStmt" => !body.Items("schemaElts").Any(),
        "VariableSetStmt" => Sets(body),
        _ => Plain.Contains(type),
    };

    /// <summary>After it a name may stand for a relation that it hid.</summary>
    public static bool Uncovers(JsonElement statement) => statement.As("DropStmt")?.Text("removeType") is { } dropped && Relations.Contains(dropped);

    static bool Sets(JsonElement set) =>
        set.Text("kind") is "VAR_SET_VALUE" or "VAR_SET_DEFAULT" or "VAR_RESET" && set.Text("name")?.ToLowerInvariant() is { } name
        && Settings.IsHarmless(name) && name is not ("search_path" or "client_encoding" or "standard_conforming_strings");
}
