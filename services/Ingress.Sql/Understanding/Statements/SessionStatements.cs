using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding.Stored;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>Transactions, notifications, locks and the session's own belongings.</summary>
static class SessionStatements
{
    public static void Transaction(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.MayBePlumbing = true;
        walk.Command = body.Text("kind") switch
        {
            "TRANS_STMT_BEGIN" or "TRANS_STMT_START" => new(SqlCommandKind.Begin),
            "TRANS_STMT_COMMIT" => new(SqlCommandKind.Commit),
            "TRANS_STMT_ROLLBACK" => new(SqlCommandKind.Rollback),
            "TRANS_STMT_SAVEPOINT" => new(SqlCommandKind.Savepoint, body.Text("savepoint_name")),
            "TRANS_STMT_ROLLBACK_TO" => new(SqlCommandKind.RollbackTo, body.Text("savepoint_name")),
            "TRANS_STMT_RELEASE" => new(SqlCommandKind.Release, body.Text("savepoint_name")),
            "TRANS_STMT_PREPARE" => new(SqlCommandKind.PrepareTransaction, body.Text("gid")),
            "TRANS_STMT_COMMIT_PREPARED" or "TRANS_STMT_ROLLBACK_PREPARED" => SqlCommand.Other,
            _ => Unknown(walk),
        };
        // Two-phase transactions leave the session they belong to: their end is somebody's decision of its own.
        if (body.Text("gid") is not null) walk.Access("two-phase", "other", body.Text("gid")!, E.Write | E.Lock);
    }

    static SqlCommand Unknown(StatementWalk walk)
    {
        walk.Understood = false;
        return SqlCommand.Other;
    }

    public static void SetConstraints(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.MayBePlumbing = true;
        walk.Command = new(SqlCommandKind.SetConstraints);
    }

    public static void Discard(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.MayBePlumbing = true;
        walk.Command = new(SqlCommandKind.Discard, body.Text("target") switch
        {
            "DISCARD_PLANS" => "plans",
            "DISCARD_SEQUENCES" => "sequences",
            "DISCARD_TEMP" => "temp",
            _ => null,
        });
    }

    public static void Listen(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.Access("listen", "channel", body.Text("conditionname") ?? "*", E.Read);
        walk.Command = new(SqlCommandKind.Listen, body.Text("conditionname"));
    }

    public static void Unlisten(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.MayBePlumbing = true;
        walk.Command = new(SqlCommandKind.Unlisten, body.Text("conditionname"));
    }

    public static void Notify(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.Access("notify", "channel", body.Text("conditionname") ?? "*", E.Write);
        walk.Command = new(SqlCommandKind.Notify, body.Text("conditionname"));
    }

    public static void Lock(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        foreach (var relation in body.Items("relations"))
            if (relation.As("RangeVar") is { } range)
            {
                var (schema, name) = walk.Relation(range, "lock", E.Lock);
                Consequences.OfLocking(walk, schema, name, range.Flag("inh"));
            }
    }
}
