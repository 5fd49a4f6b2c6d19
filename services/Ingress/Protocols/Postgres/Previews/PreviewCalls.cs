using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sql.Previews;

namespace Hoop.Ingress.Protocols.Postgres.Previews;

/// <summary>Which of a statement's names may call something volatile, by the server's own catalogs: functions, operators, casts, and the checks of domains.</summary>
internal sealed class PreviewCalls
{
    private readonly Dictionary<string, HashSet<string>> names = new() { ["f"] = [], ["o"] = [], ["t"] = [], ["i"] = [] };

    internal static async Task<PreviewCalls> AskAsync(ChangeStatement change, PostgresTargetClient client, CancellationToken cancel)
    {
        CalledNames[] parts = [change.Chooses, .. change.Sets.Select(set => set.Calls)];
        var sql = Sql(parts.SelectMany(part => part.Functions), parts.SelectMany(part => part.Operators), parts.SelectMany(part => part.Types));
        var calls = new PreviewCalls();
        foreach (var row in await client.QueryAsync(sql, cancel)) calls.names[row[0]!].Add(row[1]!);
        return calls;
    }

    /// <summary>Null when nothing of it is volatile.</summary>
    internal string? WhyNot(CalledNames part) =>
        part.Functions.FirstOrDefault(names["f"].Contains) is { } function ? $"it calls {function}()"
        : part.Operators.FirstOrDefault(names["o"].Contains) is { } symbol ? $"it uses the operator {symbol} of somebody's own"
        : part.Types.FirstOrDefault(names["t"].Contains) is { } type ? $"it casts to {type} by somebody's own code"
        : names["i"].FirstOrDefault() is { } cast ? $"it may cast to {cast} by somebody's own code"
        : null;

    private static string Sql(IEnumerable<string> functions, IEnumerable<string> operators, IEnumerable<string> types) =>
        $"""
        select distinct 'f', p.proname::pg_catalog.text from pg_catalog.pg_proc p
        where p.provolatile = 'v' and p.proname::pg_catalog.text = any ({Literals(functions)})
        union all
        select distinct 'o', o.oprname::pg_catalog.text from pg_catalog.pg_operator o join pg_catalog.pg_proc p on p.oid = o.oprcode
        where p.provolatile = 'v' and o.oprname::pg_catalog.text = any ({Literals(operators)})
        union all
        select distinct 't', t.typname::pg_catalog.text from pg_catalog.pg_type t
        where t.oid >= 16384::pg_catalog.oid and t.typname::pg_catalog.text = any ({Literals(types)})
          and (exists (select 1 from pg_catalog.pg_constraint k where k.contypid = t.oid)
            or exists (select 1 from pg_catalog.pg_cast c join pg_catalog.pg_proc p on p.oid = c.castfunc where c.casttarget = t.oid and p.provolatile = 'v'))
        union all
        select distinct 't', t.typname::pg_catalog.text from pg_catalog.pg_cast c join pg_catalog.pg_proc p on p.oid = c.castfunc join pg_catalog.pg_type t on t.oid = c.casttarget
        where p.provolatile = 'v' and p.oid >= 16384::pg_catalog.oid and t.typname::pg_catalog.text = any ({Literals(types)})
        union all
        select distinct 'i', t.typname::pg_catalog.text from pg_catalog.pg_cast c join pg_catalog.pg_proc p on p.oid = c.castfunc join pg_catalog.pg_type t on t.oid = c.casttarget
        where p.provolatile = 'v' and p.oid >= 16384::pg_catalog.oid and c.castcontext = 'i'
        """;

    private static string Literals(IEnumerable<string> names) => PreviewConnection.Literals(names.Distinct());
}
