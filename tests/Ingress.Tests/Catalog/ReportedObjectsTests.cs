using Hoop.Contracts.Operations;
using Hoop.Ingress.Catalog;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Catalog;

/// <summary>
/// The server itself says what statements did: which relations have other rows, and which functions and types, were made, altered or dropped, which functions ran. Each must be among what was
/// reported beforehand, or rules that speak of it are passed by.
/// </summary>
public sealed class ReportedObjectsTests(ITestOutputHelper output)
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Catalog", "ReportedObjects.sql");

    // Rows are counted at a statement's end, if somebody says so; each function, too. Constructors and multiranges come and go with their types.
    private const string Settings = "set track_functions = 'all'; set stats_fetch_consistency = 'none'; set client_min_messages = error";

    private const string Counters = """
        select 'rows ' || relid, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables union all select 'calls ' || funcid, calls from pg_stat_user_functions
        union all select 'row ' || c.oid, c.xmin::text::bigint from pg_class c where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and c.oid >= 16384 and c.relnamespace <> 'pg_toast'::regnamespace
        union all select 'columns ' || attrelid, sum(hashtext(a.xmin::text)) from pg_attribute a join pg_class c on c.oid = attrelid and c.relkind <> 'S' where attrelid >= 16384 group by 1
        union all select 'indexes ' || i.indrelid, sum(hashtext(i.xmin::text || c.xmin::text)) from pg_index i join pg_class c on c.oid = i.indexrelid where i.indexrelid >= 16384 group by 1
        union all select 'row ' || p.oid, p.xmin::text::bigint from pg_proc p where p.oid >= 16384 and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')
        union all select 'row ' || t.oid, t.xmin::text::bigint from pg_type t where t.oid >= 16384 and t.typrelid = 0 and t.typelem = 0 and t.typtype <> 'm'
        union all select 'row ' || c.oid, 0 from pg_class c where c.relkind = 'S'
        """;

    private const string Names = """
        select c.oid, case when n.nspname like 'pg_temp%' then 'pg_temp' else n.nspname end || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c', 'S')
        union all select p.oid, n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.oid >= 16384
        union all select t.oid, n.nspname || '.' || t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.oid >= 16384 and t.typrelid = 0
        """;

    private static readonly SqlAnalyzer Analyzer = new();

    [Fact]
    public async Task Nothing_that_a_statement_did_was_left_out()
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync();
        await using var connection = new NpgsqlConnection(server.ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await RunAsync(connection, Settings);
        await using var reader = new NpgsqlConnection(server.ConnectionString(database) + ";Pooling=false");
        await reader.OpenAsync();
        LoadedCatalog? catalog = null;
        var (missed, ran, failed) = (new List<string>(), 0, new List<string>());
        var (names, before) = (await NamesAsync(connection), await CountAsync(connection));
        var prepared = new Dictionary<string, SqlStatement>(StringComparer.Ordinal);
        foreach (var text in (await File.ReadAllLinesAsync(Script)).SelectMany(Split))
        {
            catalog = await CatalogLoader.LoadAsync((sql, stop) => NpgsqlCatalog.QueryAsync(reader, sql, stop), catalog, CancellationToken.None);
            var path = await NpgsqlCatalog.QueryAsync(connection, "select unnest(current_schemas(true))", CancellationToken.None);
            var context = new SqlContext { Catalog = catalog.Snapshot, SearchPath = [.. path.Select(static row => row[0]!)], Prepared = prepared.GetValueOrDefault };
            var statement = Analyzer.Analyze(text, context).Statements.ShouldHaveSingleItem();
            try
            {
                await RunAsync(connection, text);
            }
            catch (PostgresException e)
            {
                failed.Add($"{text}: {e.MessageText}");
                before = await CountAsync(connection);
                continue;
            }

            ran++;
            if (statement.Command is { Kind: SqlCommandKind.Prepare, Name: { } own }) prepared[own] = statement;
            var (found, after) = (await NamesAsync(connection), await CountAsync(connection));
            foreach (var (oid, name) in found) names.TryAdd(oid, name);
            missed.AddRange(Missed(statement, before, after, names).Select(what => $"{what} by {text}"));
            (names, before) = (found, after);
        }

        foreach (var why in failed) output.WriteLine(why);
        missed.ShouldBeEmpty();
        failed.Count.ShouldBeLessThan(10);
        ran.ShouldBeGreaterThan(380);
    }

    private static IEnumerable<string> Missed(SqlStatement statement, Dictionary<string, long> before, Dictionary<string, long> after, Dictionary<uint, string> names)
    {
        // Judged when they were set off, or declared.
        if (statement.Command.EndsTransaction || statement.Command.Kind == SqlCommandKind.Fetch || !statement.Facts.Understood) yield break;
        foreach (var key in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal))
        {
            if (before.TryGetValue(key, out var then) == after.TryGetValue(key, out var now) && then == now) continue;
            // A column's sequence comes with it, by a name that the server makes up, and with an extension whatever its script says.
            if (!before.ContainsKey(key) && (now == 0 || (statement.Facts.Effects & Effects.CodeExec) != 0)) continue;
            var oid = uint.Parse(key[(key.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            // Counters of what is gone go with it.
            if (!key.StartsWith("row ", StringComparison.Ordinal) && !after.ContainsKey(key) || !names.TryGetValue(oid, out var name)) continue;
            var told = statement.Facts.Accesses.Where(access => access.Name == name || access.Name == "*");
            if (key.StartsWith("rows ", StringComparison.Ordinal) ? !told.Any(static access => access.Verb is not ("select" or "copy-to" or "explain")) : !told.Any()) yield return $"{key[..key.IndexOf(' ', StringComparison.Ordinal)]} of {name}";
        }
    }

    private static IEnumerable<string> Split(string line) => line.Trim().Length == 0 ? [] : Analyzer.Analyze(line, new SqlContext { Catalog = CatalogSnapshot.Empty, SearchPath = ["pg_catalog"] }).Statements.Select(static statement => statement.Text);

    private static async Task<Dictionary<string, long>> CountAsync(NpgsqlConnection connection)
    {
        await RunAsync(connection, "select pg_stat_force_next_flush()");
        return (await NpgsqlCatalog.QueryAsync(connection, Counters, CancellationToken.None)).ToDictionary(static row => row[0]!, static row => long.Parse(row[1]!));
    }

    private static async Task<Dictionary<uint, string>> NamesAsync(NpgsqlConnection connection) =>
        (await NpgsqlCatalog.QueryAsync(connection, Names, CancellationToken.None)).ToDictionary(static row => uint.Parse(row[0]!), static row => row[1]!);

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        await command.ExecuteNonQueryAsync();
    }
}
