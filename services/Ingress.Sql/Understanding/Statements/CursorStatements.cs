using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Understanding.Statements;

/// <summary>Cursors: judged when declared, masked when fetched.</summary>
static class CursorStatements
{
    const int WithHold = 0x20; // CURSOR_OPT_HOLD

    public static void Declare(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        if (body.Field("query") is not { } query) return;
        walk.MayBePlumbing = true;
        walk.Inner = walk.ReadInner(query);
        walk.Merge(walk.Inner.Facts);
        walk.Command = new(SqlCommandKind.Declare, body.Text("portalname"), Inner: walk.Inner) { Outlives = (body.Number("options") & WithHold) != 0 };
    }

    public static void Fetch(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.SessionDependent = true;
        var name = body.Text("portalname") ?? "";
        // Nobody judged what it would run, nor with which values.
        if (walk.Context.IsUnrun(name) || walk.Context.IsMoved(name)) walk.Understood = false;
        else walk.MayBePlumbing = true;
        if (!body.Flag("ismove") && walk.Context.Cursor(name) is { } cursor)
            walk.Inner = cursor.Command is { Kind: SqlCommandKind.Declare, Inner: { } declared } ? declared : cursor;
        walk.Command = new(SqlCommandKind.Fetch, name, Inner: walk.Inner);
    }

    public static void Close(StatementWalk walk, JsonElement body, CteScope? scope)
    {
        walk.MayBePlumbing = true;
        walk.Command = new(SqlCommandKind.CloseCursor, body.Text("portalname"));
    }
}
