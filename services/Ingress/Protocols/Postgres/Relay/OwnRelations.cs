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
        "union all select 'd', pg_catalog.json_build_object('name', c.relname, 'kind', c.relkind, " +
        "'definition', case when c.relkind operator(pg_catalog.=) 'v' then pg_catalog.pg_get_viewdef(c.oid) end, " +
        "'rules', exists (select from pg_catalog.pg_rewrite r where r.ev_class operator(pg_catalog.=) c.oid and r.ev_type operator(pg_catalog.<>) '1'), " +
        "'columns', (select pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, 'number', a.attnum, 'type', a.atttypid, 'generated', " +
        "case when a.attgenerated operator(pg_catalog.<>) '' then (select pg_catalog.pg_get_expr(d.adbin, d.adrelid) from pg_catalog.pg_attrdef d " +
        "where d.adrelid operator(pg_catalog.=) a.attrelid and d.adnum operator(pg_catalog.=) a.attnum) end) order by a.attnum) " +
        "from pg_catalog.pg_attribute a where a.attrelid operator(pg_catalog.=) c.oid and a.attnum operator(pg_catalog.>) 0 and not a.attisdropped))::pg_catalog.text, 0 " +
        "from pg_catalog.pg_class c where pg_catalog.pg_my_temp_schema() operator(pg_catalog.<>) 0::pg_catalog.oid and c.relnamespace operator(pg_catalog.=) pg_catalog.pg_my_temp_schema() " +
        "and c.relkind::pg_catalog.text operator(pg_catalog.=) any (array['r', 'p', 'v', 'S']) " +
        "and not exists (select from pg_catalog.pg_inherits h where h.inhrelid operator(pg_catalog.=) c.oid)";

    internal static TemporaryRelations Read(IReadOnlyList<string?[]> rows, IReadOnlyList<string> path)
    {
        Dictionary<string, CatalogRelation> known = [];
        foreach (var row in rows.Where(static row => row is ["d", not null, _]))
            if (Read(row[1]!) is { } relation) known[relation.Name] = relation;
        return known.Count == 0 ? TemporaryRelations.None : new(known, path);
    }

    /// <summary>Null where something else comes than was asked for: then nothing is known of it.</summary>
    private static CatalogRelation? Read(string text)
    {
        try
        {
            var relation = JsonNode.Parse(text)!;
            CatalogColumn[] columns = [.. (relation["columns"]?.AsArray() ?? []).Select(static c => Column(c!))];
            return new(0, TemporaryRelations.Schema, relation["name"]!.GetValue<string>(), relation["kind"]!.GetValue<string>()[0], columns,
                relation["definition"]?.GetValue<string>(), [], false, relation["rules"]!.GetValue<bool>());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException)
        {
            return null;
        }
    }

    private static CatalogColumn Column(JsonNode column) =>
        new(column["name"]!.GetValue<string>(), column["number"]!.GetValue<short>(), uint.Parse(column["type"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture))
        {
            Generated = column["generated"]?.GetValue<string>(),
        };
}
