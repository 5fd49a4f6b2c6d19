using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql;

namespace Hoop.Ingress.Tests.Protocols.Postgres;

/// <summary>An analyzer just good enough to test what the relay does with analyses: it looks at first words.</summary>
internal static class PlainSql
{
    internal static SqlAnalysis Analyze(string sql, SqlContext context) =>
        new([.. sql.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text => Statement(text, context))], null);

    private static SqlStatement Statement(string text, SqlContext context)
    {
        var words = text.Split([' ', '\n', ',', '='], StringSplitOptions.RemoveEmptyEntries);
        var verb = words[0].ToLowerInvariant();
        var command = verb switch
        {
            "begin" => new SqlCommand(SqlCommandKind.Begin),
            "commit" => new SqlCommand(SqlCommandKind.Commit),
            "rollback" => new SqlCommand(words.Length > 1 && words[1] == "to" ? SqlCommandKind.RollbackTo : SqlCommandKind.Rollback),
            "savepoint" => new SqlCommand(SqlCommandKind.Savepoint),
            "set" => new SqlCommand(SqlCommandKind.Set, words[1], words[^1]),
            "reset" => new SqlCommand(SqlCommandKind.Reset, words[1]),
            "discard" => new SqlCommand(SqlCommandKind.Discard),
            "create" or "drop" or "alter" => new SqlCommand(SqlCommandKind.Ddl),
            _ => SqlCommand.Other,
        };
        var plumbing = command.Kind is not (SqlCommandKind.Other or SqlCommandKind.Ddl);
        return new SqlStatement
        {
            Text = text,
            Command = command,
            Facts = new OperationFacts
            {
                Protocol = "postgres", Understood = true, Plumbing = plumbing, Fingerprint = "0000000000000000",
                Accesses = plumbing ? [] : [new ObjectAccess(verb, "table", context.Catalog.Version == 0 ? "public.t" : "public.other")],
                Effects = verb == "select" ? Effects.Read : plumbing ? Effects.None : Effects.Write,
            },
        };
    }
}
