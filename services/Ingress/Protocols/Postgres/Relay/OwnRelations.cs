using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>The columns of the session's temporary relations. The catalog leaves them out: they are nobody else's.</summary>
internal static class OwnRelations
{
    /// <summary>
    /// A part of <see cref="SessionContext.Query"/>: one document for each, none for those that inherit. Nothing is searched while there is no temporary schema.
    /// </summary>
    internal const string Query =
        "union all select 'd', pg_catalog.json_build_object('name', c.relname, 'oid', c.oid, 'kind', c.relkind, 'children', c.relhassubclass, " +
        "'definition', case when c.relkind operator(pg_catalog.=) 'v' then pg_catalog.pg_get_viewdef(c.oid) end, " +
        "'rules', exists (select from pg_catalog.pg_rewrite r where r.ev_class operator(pg_catalog.=) c.oid and r.ev_type operator(pg_catalog.<>) '1'), " +
        "'columns', (select pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, 'number', a.attnum, 'type', a.atttypid, 'collated', a.attcollation operator(pg_catalog.<>) all (array[0, 100]::pg_catalog.oid[]), 'generated', " +
        "case when a.attgenerated operator(pg_catalog.<>) '' then (select pg_catalog.pg_get_expr(d.adbin, d.adrelid) from pg_catalog.pg_attrdef d " +
        "where d.adrelid operator(pg_catalog.=) a.attrelid and d.adnum operator(pg_catalog.=) a.attnum) end) order by a.attnum) " +
        "from pg_catalog.pg_attribute a where a.attrelid operator(pg_catalog.=) c.oid and a.attnum operator(pg_catalog.>) 0 and not a.attisdropped))::pg_catalog.text, 0 " +
        "from pg_catalog.pg_class c where pg_catalog.pg_my_temp_schema() operator(pg_catalog.<>) 0::pg_catalog.oid and c.relnamespace operator(pg_catalog.=) pg_catalog.pg_my_temp_schema() " +
        "and c.relkind::pg_catalog.text operator(pg_catalog.=) any (array['r', 'p', 'v', 'S']) " +
        "and not exists (select from pg_catalog.pg_inherits h where h.inhrelid operator(pg_catalog.=) c.oid)";

    /// <summary>
    /// A further part: one row where code of the database's own hangs on any of them, by a trigger, a rule, a policy, an expression, an operator or a domain. It runs when they are written to, and no statement says so.
    /// </summary>
    internal const string Code =
        "union all select 'c', '', 0 where exists (select from pg_catalog.pg_class c where pg_catalog.pg_my_temp_schema() operator(pg_catalog.<>) 0::pg_catalog.oid " +
        "and c.relnamespace operator(pg_catalog.=) pg_catalog.pg_my_temp_schema() and (c.relrowsecurity or c.relkind operator(pg_catalog.<>) 'v' and c.relhasrules " +
        "or exists (select from pg_catalog.pg_trigger g where g.tgrelid operator(pg_catalog.=) c.oid and not g.tgisinternal) " +
        "or exists (select from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid operator(pg_catalog.=) a.atttypid left join pg_catalog.pg_type e on e.oid operator(pg_catalog.=) t.typelem " +
        "where a.attrelid operator(pg_catalog.=) c.oid and a.attnum operator(pg_catalog.>) 0 and t.oid operator(pg_catalog.>=) 16384::pg_catalog.oid " +
        "and coalesce(e.typtype, t.typtype)::pg_catalog.text operator(pg_catalog.<>) all (array['b', 'e'])) " +
        "or exists (select from pg_catalog.pg_depend d where d.refclassid operator(pg_catalog.=) any (array['pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_operator'::pg_catalog.regclass, " +
        "'pg_catalog.pg_opclass'::pg_catalog.regclass]::pg_catalog.oid[]) and (d.classid operator(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid and d.objid operator(pg_catalog.=) c.oid " +
        "or d.classid operator(pg_catalog.=) 'pg_catalog.pg_attrdef'::pg_catalog.regclass::pg_catalog.oid and d.objid operator(pg_catalog.=) any (select x.oid from pg_catalog.pg_attrdef x where x.adrelid operator(pg_catalog.=) c.oid) " +
        "or d.classid operator(pg_catalog.=) 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid and d.objid operator(pg_catalog.=) any (select x.oid from pg_catalog.pg_constraint x where x.conrelid operator(pg_catalog.=) c.oid)))))";

    /// <param name="hold">They hold nothing but what was followed.</param>
    internal static TemporaryRelations Read(IReadOnlyList<string?[]> rows, IReadOnlyList<string> path, bool hold)
    {
        Dictionary<string, CatalogRelation> known = [];
        foreach (var row in rows.Where(static row => row is ["d", not null, _]))
            if (Read(row[1]!) is { } relation) known[relation.Name] = relation with { IsVouched = hold && relation.IsBare };
        return known.Count == 0 ? TemporaryRelations.None : new(known, path);
    }

    /// <summary>Null where something else comes than was asked for: then nothing is known of it.</summary>
    private static CatalogRelation? Read(string text)
    {
        try
        {
            var relation = JsonNode.Parse(text)!;
            CatalogColumn[] columns = [.. (relation["columns"]?.AsArray() ?? []).Select(static c => Column(c!))];
            var (kind, rules) = (relation["kind"]!.GetValue<string>()[0], relation["rules"]!.GetValue<bool>());
            return new(Number(relation["oid"]!), TemporaryRelations.Schema, relation["name"]!.GetValue<string>(), kind, columns,
                relation["definition"]?.GetValue<string>(), [], false, rules)
            {
                IsBare = kind is 'r' or 'S' or 'v' && !rules && !relation["children"]!.GetValue<bool>(),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException)
        {
            return null;
        }
    }

    private static CatalogColumn Column(JsonNode column) =>
        new(column["name"]!.GetValue<string>(), column["number"]!.GetValue<short>(), Number(column["type"]!))
        {
            Generated = column["generated"]?.GetValue<string>(), Collated = column["collated"]!.GetValue<bool>(),
        };

    private static uint Number(JsonNode oid) => uint.Parse(oid.ToString(), CultureInfo.InvariantCulture);
}
