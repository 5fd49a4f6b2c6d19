using Hoop.Ingress.Protocols.Postgres.Targets;

namespace Hoop.Ingress.Protocols.Postgres.Previews;

/// <summary>A connection to the target that reads, briefly, with the client's search path and formats.</summary>
internal static class PreviewConnection
{
    internal static async Task<PostgresTargetClient> OpenAsync(PreviewSubject subject, CancellationToken cancel)
    {
        var client = await PostgresTargetClient.ConnectAsync(subject.Session.Services.Dialer, subject.Target, cancel);
        try
        {
            await client.QueryAsync(Settings(subject), cancel);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>One statement by itself in a transaction that cannot write, whatever the session's defaults have become.</summary>
    internal static async Task<T> ReadOnlyAsync<T>(this PostgresTargetClient client, Func<Task<T>> read, CancellationToken cancel)
    {
        await client.QueryAsync("begin read only", cancel);
        var usable = true;
        try
        {
            return await read();
        }
        catch (Exception e)
        {
            usable = e is TargetUnavailableException { SqlState: not ("08006" or "54000") };
            throw;
        }
        finally
        {
            if (usable) await client.QueryAsync("rollback", cancel);
        }
    }

    internal static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    internal static string Literals(IEnumerable<string> texts) => $"array[{string.Join(", ", texts.Select(Literal))}]::pg_catalog.text[]";

    private static string Settings(PreviewSubject subject)
    {
        var formats = subject.Session.Text.Formats;
        var schemas = string.Join(", ", subject.Names.SearchPath.Where(schema => !schema.StartsWith("pg_temp", StringComparison.Ordinal)).Select(Quoted));
        var format = string.Concat(Set("timezone", formats.TimeZone), Set("datestyle", formats.DateStyle), Set("intervalstyle", formats.IntervalStyle));
        return "set default_transaction_read_only = on; set statement_timeout = '2s'; set lock_timeout = '500ms'; set standard_conforming_strings = on; "
            + $"set search_path = {(schemas.Length > 0 ? schemas : "''")}; {format}";
    }

    private static string Set(string name, string? value) => value is null || value.Contains('\\') ? "" : $"set {name} = {Literal(value)}; ";

    private static string Quoted(string schema) => '"' + schema.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
}
