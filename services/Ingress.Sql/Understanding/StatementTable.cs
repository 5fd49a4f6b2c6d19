using System.Collections.Frozen;
using System.Text.Json;
using Hoop.Ingress.Sql.Understanding.Statements;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding;

delegate void StatementRule(StatementWalk walk, JsonElement body, CteScope? scope);

/// <summary>Every statement of the grammar and what it does. A statement that is not here is not understood.</summary>
static class StatementTable
{
    const E Remove = E.Ddl | E.Destructive, Rights = E.Ddl | E.Privilege;

    static readonly FrozenDictionary<string, StatementRule> Rules = new Dictionary<string, StatementRule>
    {
        ["SelectStmt"] = QueryStatements.Select,
        ["InsertStmt"] = QueryStatements.Insert,
        ["UpdateStmt"] = QueryStatements.Update,
        ["DeleteStmt"] = QueryStatements.Delete,
        ["MergeStmt"] = QueryStatements.Merge,
        ["ReturnStmt"] = static (walk, body, scope) => walk.VisitFields(body, scope),
        ["CopyStmt"] = CopyStatement.Copy,
        ["CallStmt"] = CodeStatements.Call,
        ["DoStmt"] = CodeStatements.Do,
        ["LoadStmt"] = Schema("load", "other", E.CodeExec, "filename"),

        ["TransactionStmt"] = SessionStatements.Transaction,
        ["ConstraintsSetStmt"] = SessionStatements.SetConstraints,
        ["VariableSetStmt"] = SettingStatements.Set,
        ["VariableShowStmt"] = SettingStatements.Show,
        ["DiscardStmt"] = SessionStatements.Discard,
        ["ListenStmt"] = SessionStatements.Listen,
        ["UnlistenStmt"] = SessionStatements.Unlisten,
        ["NotifyStmt"] = SessionStatements.Notify,
        ["LockStmt"] = SessionStatements.Lock,
        ["PrepareStmt"] = PreparedStatements.Prepare,
        ["ExecuteStmt"] = PreparedStatements.Execute,
        ["DeallocateStmt"] = PreparedStatements.Deallocate,
        ["DeclareCursorStmt"] = CursorStatements.Declare,
        ["FetchStmt"] = CursorStatements.Fetch,
        ["ClosePortalStmt"] = CursorStatements.Close,
        ["ExplainStmt"] = ExplainStatement.Explain,

        ["CreateStmt"] = Schema("create"),
        ["CreateTableAsStmt"] = SchemaStatements.CreateTableAs,
        ["ViewStmt"] = Schema("create"),
        ["IndexStmt"] = KeepsNames(Schema("alter")),
        ["CreateSeqStmt"] = Schema("create"),
        ["CreateStatsStmt"] = KeepsNames(Schema("alter")),
        ["CompositeTypeStmt"] = Schema("create"),
        ["CreateEnumStmt"] = Schema("create", "type", E.Ddl, "typeName"),
        ["CreateRangeStmt"] = Defines("create", "type", E.Ddl, "typeName"),
        ["CreateDomainStmt"] = Schema("create", "type", E.Ddl, "domainname"),
        ["DefineStmt"] = Defines("create", "type", E.Ddl, "defnames"),
        ["CreateSchemaStmt"] = SchemaStatements.CreateSchema,
        ["CreateFunctionStmt"] = CodeStatements.CreateFunction,
        ["AlterFunctionStmt"] = CodeStatements.AlterFunction,
        ["CreateTrigStmt"] = CodeStatements.CreateTrigger,
        ["RuleStmt"] = Schema("alter"),
        ["CreatePolicyStmt"] = Schema("alter", "table", Rights),
        ["AlterPolicyStmt"] = Schema("alter", "table", Rights),
        ["CreateEventTrigStmt"] = Defines("create", "other", Rights, "trigname"),
        ["AlterEventTrigStmt"] = Schema("alter", "other", Rights, "trigname"),
        ["CreateCastStmt"] = Defines("create", "other", E.Ddl),
        ["CreateTransformStmt"] = Defines("create", "other", E.Ddl, "lang"),
        ["CreateConversionStmt"] = Defines("create", "other", E.Ddl, "conversion_name"),
        ["CreateOpClassStmt"] = Defines("create", "other", E.Ddl, "opclassname"),
        ["CreateOpFamilyStmt"] = Schema("create", "other", E.Ddl, "opfamilyname"),
        ["AlterOpFamilyStmt"] = Defines("alter", "other", E.Ddl, "opfamilyname"),
        ["CreateAmStmt"] = Defines("create", "other", E.Ddl | E.CodeExec, "amname"),
        ["CreatePLangStmt"] = Defines("create", "other", E.Ddl | E.CodeExec, "plname"),
        ["CreateExtensionStmt"] = Schema("create", "other", E.Ddl | E.CodeExec, "extname"),
        ["AlterExtensionStmt"] = Schema("alter", "other", E.Ddl | E.CodeExec, "extname"),
        ["AlterExtensionContentsStmt"] = SchemaStatements.ExtensionContents,
        ["CreateTableSpaceStmt"] = Schema("create", "other", E.Ddl | E.FileAccess, "tablespacename"),
        ["AlterTableSpaceOptionsStmt"] = Schema("alter", "other", E.Ddl, "tablespacename"),
        ["DropTableSpaceStmt"] = Schema("drop", "other", Remove, "tablespacename"),
        ["CreatedbStmt"] = Schema("create", "database", E.Ddl, "dbname"),
        ["DropdbStmt"] = Schema("drop", "database", Remove, "dbname"),
        ["AlterDatabaseStmt"] = Schema("alter", "database", E.Ddl, "dbname"),
        ["AlterDatabaseRefreshCollStmt"] = Schema("alter", "database", E.Ddl, "dbname"),
        ["AlterDatabaseSetStmt"] = Schema("alter", "database", Rights | E.Session, "dbname"),
        ["AlterSystemStmt"] = SettingStatements.AlterSystem,

        ["AlterTableStmt"] = SchemaStatements.AlterTable,
        ["AlterTableMoveAllStmt"] = SchemaStatements.MoveAll,
        ["AlterSeqStmt"] = Schema("alter"),
        ["AlterDomainStmt"] = Schema("alter", "type", E.Ddl, "typeName"),
        ["AlterEnumStmt"] = Schema("alter", "type", E.Ddl, "typeName"),
        ["AlterTypeStmt"] = Defines("alter", "type", E.Ddl, "typeName"),
        ["AlterStatsStmt"] = KeepsNames(Schema("alter", "other", E.Ddl, "defnames")),
        ["AlterOperatorStmt"] = Defines("alter", "other", E.Ddl, "opername"),
        ["AlterCollationStmt"] = Schema("alter", "other", E.Ddl, "collname"),
        ["AlterTSDictionaryStmt"] = Schema("alter", "other", E.Ddl, "dictname"),
        ["AlterTSConfigurationStmt"] = Schema("alter", "other", E.Ddl, "cfgname"),
        ["AlterObjectDependsStmt"] = SchemaStatements.AlterObject(E.Ddl),
        ["AlterObjectSchemaStmt"] = SchemaStatements.AlterObject(E.Ddl),
        ["AlterOwnerStmt"] = SchemaStatements.AlterObject(Rights),
        ["RenameStmt"] = SchemaStatements.Rename,
        ["ReplicaIdentityStmt"] = Schema("alter"),
        ["CommentStmt"] = KeepsNames(SchemaStatements.OnObject("comment", E.Ddl)),
        ["SecLabelStmt"] = SchemaStatements.OnObject("alter", Rights),
        ["DropStmt"] = SchemaStatements.Drop,
        ["TruncateStmt"] = SchemaStatements.Truncate,

        ["VacuumStmt"] = SchemaStatements.Vacuum,
        ["ClusterStmt"] = KeepsNames(SchemaStatements.Cluster),
        ["ReindexStmt"] = KeepsNames(SchemaStatements.Reindex),
        ["RefreshMatViewStmt"] = KeepsNames(Schema("refresh", "table", E.Write | E.Lock)),
        ["CheckPointStmt"] = KeepsNames(Schema("checkpoint", "other", E.Lock)),

        ["CreateFdwStmt"] = Defines("create", "other", E.Ddl | E.Network | E.CodeExec, "fdwname"),
        ["AlterFdwStmt"] = Defines("alter", "other", E.Ddl | E.Network | E.CodeExec, "fdwname"),
        ["CreateForeignServerStmt"] = Schema("create", "other", E.Ddl | E.Network, "servername"),
        ["AlterForeignServerStmt"] = Schema("alter", "other", E.Ddl | E.Network, "servername"),
        ["CreateForeignTableStmt"] = Schema("create", "table", E.Ddl | E.Network),
        ["ImportForeignSchemaStmt"] = Schema("create", "schema", E.Ddl | E.Network, "local_schema"),
        ["CreateUserMappingStmt"] = Schema("create", "other", Rights | E.Network, "servername"),
        ["AlterUserMappingStmt"] = Schema("alter", "other", Rights | E.Network, "servername"),
        ["DropUserMappingStmt"] = Schema("drop", "other", Remove | E.Privilege, "servername"),
        ["CreatePublicationStmt"] = SchemaStatements.Publication("create"),
        ["AlterPublicationStmt"] = SchemaStatements.Publication("alter"),
        ["CreateSubscriptionStmt"] = Schema("create", "other", E.Ddl | E.Network, "subname"),
        ["AlterSubscriptionStmt"] = Schema("alter", "other", E.Ddl | E.Network, "subname"),
        ["DropSubscriptionStmt"] = Schema("drop", "other", Remove | E.Network, "subname"),

        ["GrantStmt"] = PrivilegeStatements.Grant,
        ["GrantRoleStmt"] = PrivilegeStatements.GrantRole,
        ["AlterDefaultPrivilegesStmt"] = PrivilegeStatements.DefaultPrivileges,
        ["CreateRoleStmt"] = PrivilegeStatements.CreateRole,
        ["AlterRoleStmt"] = PrivilegeStatements.AlterRole,
        ["AlterRoleSetStmt"] = PrivilegeStatements.Role("alter", E.Privilege | E.Session),
        ["DropRoleStmt"] = PrivilegeStatements.Role("drop", E.Privilege | E.Destructive),
        ["DropOwnedStmt"] = PrivilegeStatements.Owned("drop", Remove | E.Privilege),
        ["ReassignOwnedStmt"] = PrivilegeStatements.Owned("alter", Rights),
    }.ToFrozenDictionary();

    /// <summary>For the test that holds this table against the grammar.</summary>
    public static IEnumerable<string> Known => Rules.Keys;

    public static void Visit(string type, JsonElement body, StatementWalk walk, CteScope? scope)
    {
        if (Rules.TryGetValue(type, out var rule)) rule(walk, body, scope);
        else walk.Understood = false;
    }

    static StatementRule Defines(string verb, string kind, E effects, string? name = null) => (walk, body, scope) =>
    {
        SchemaStatements.Simple(walk, body, scope, verb, kind, effects, name);
        Definitions.NameFunctions(walk, body);
    };

    static StatementRule KeepsNames(StatementRule rule) => (walk, body, scope) =>
    {
        rule(walk, body, scope);
        walk.Command = walk.Command with { KeepsNames = true };
    };

    static StatementRule Schema(string verb, string kind = "table", E effects = E.Ddl, string? name = null) =>
        (walk, body, scope) => SchemaStatements.Simple(walk, body, scope, verb, kind, effects, name);
}
