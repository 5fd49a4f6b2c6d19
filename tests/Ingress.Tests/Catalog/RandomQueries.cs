namespace Hoop.Ingress.Tests.Catalog;

/// <summary>
/// Random queries over <see cref="Schema"/>. Aliases are drawn from the tables' own column names, so that every way of shadowing,
/// renaming and reordering happens. All columns are text, or are mostly cast to it. Some queries are errors to PostgreSQL; those say nothing.
/// </summary>
internal sealed class RandomQueries
{
    public const string Schema =
        """
        create table customers (id text, name text, ssn text, note text);
        insert into customers select i::text, 'name' || i, repeat('§', 9) || i, 'note' || i from generate_series(1, 3) i;
        create table orders (note text, id text, name text);
        insert into orders select 'order' || i, i::text, 'item' || i from generate_series(1, 3) i;
        create view v (name, ssn, id) as select c.id, c.name, c.ssn from customers c;
        create view w as select v.*, o.note, (select max(ssn) from customers x where x.id = o.id) as name2 from v join orders o on o.id = v.name;
        create table part (ssn text, id text) partition by list (id);
        create table part_1 (id text, ssn text);
        insert into part_1 select id, ssn from customers;
        alter table part attach partition part_1 default;
        """;

    private static readonly string[] Names = ["id", "name", "ssn", "note", "c", "x", "customers"];
    private static readonly (string Name, string[] Columns)[] TextTables =
    [
        ("customers", ["id", "name", "ssn", "note"]), ("orders", ["note", "id", "name"]), ("v", ["name", "ssn", "id"]),
        ("w", ["name", "ssn", "id", "note", "name2"]), ("part", ["ssn", "id"]), ("part_1", ["id", "ssn"]),
    ];

    private readonly Random _random;
    private readonly (string Name, string[] Columns)[] Tables;
    private readonly bool _typed;
    private readonly List<(string Name, string[] Columns)> _ctes = [];
    private int _budget;
    private int _aliases;

    public RandomQueries(int seed) => (_random, Tables) = (new(seed), TextTables);

    /// <param name="tables">Of a schema of <see cref="Protocols.Masking.RandomSchema"/>, whose columns are of many types.</param>
    public RandomQueries(int seed, (string Name, string[] Columns)[] tables) => (_random, Tables, _typed) = (new(seed), tables, true);

    /// <summary>A relation in a FROM clause and the columns it is known to have.</summary>
    private sealed record Item(string Sql, string? Alias, string[] Columns)
    {
        /// <summary>It has an alias that means a row.</summary>
        public bool IsRow { get; init; } = Alias is not null;
    }

    public string Next()
    {
        _budget = 40;
        _ctes.Clear();
        return Pick(12) switch
        {
            0 => Change(),
            1 or 2 => With(),
            3 => Recursive(),
            _ => Query([], out _),
        };
    }

    private string With()
    {
        var count = 1 + Pick(2);
        var parts = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var body = Query([], out var columns);
            var name = Pick(3) == 0 ? "customers" : $"q{i}";
            var renamed = Pick(2) == 0 ? Renamed(columns) : columns;
            parts.Add($"{name}({string.Join(", ", renamed)}) as ({body})");
            _ctes.Add((name, renamed));
        }
        return $"with {string.Join(", ", parts)} {Query([], out _)}";
    }

    private string Recursive() => _typed ? RecursiveOfOne() :
        $"with recursive r(a, b, n) as (select {Base()}, {Base()}, 1 from customers union all select {Swap()}, n + 1 from r, orders o where n < 3) select a, b from r";

    private string RecursiveOfOne()
    {
        var (name, columns) = Tables[Pick(Tables.Length)];
        string Any() => columns[Pick(columns.Length)];
        return $"with recursive r(a, b, n) as (select {Any()}::text, {Any()}::text, 1 from {name} union all select {Choose("b, a", "a, b", "b || 'x', a")}, n + 1 from r where n < 3) select a, b from r";
    }

    private string Base() => Choose("id", "name", "ssn", "note");

    private string Swap() => Choose("b, a", "a, b", "b || 'x', a", "o.note, a", "a, o.id");

    private string Change() => _typed ? ChangeOfOne() : Pick(3) switch
    {
        0 => $"update customers set note = note returning {Targets([new("customers", "customers", Tables[0].Columns)], out _)}",
        1 => $"delete from orders x using customers c returning {Targets([new("", "x", Tables[1].Columns), new("", "c", Tables[0].Columns)], out _)}",
        _ => $"insert into orders as o (name, note) select {Base()}, {Base()} from customers returning {Targets([new("", "o", Tables[1].Columns)], out _)}",
    };

    private string ChangeOfOne()
    {
        var (name, columns) = Tables[Pick(Tables.Length)];
        var column = columns[Pick(columns.Length)];
        var targets = Targets([new(name, name, columns)], out _);
        return Pick(2) == 0 ? $"update {name} set {column} = {column} returning {targets}" : $"delete from {name} returning {targets}";
    }

    private string Query(List<Item> outer, out string[] columns)
    {
        var sql = Select(outer, out columns);
        if (Pick(6) != 0) return sql;
        var other = Select(outer, out var more);
        return more.Length == columns.Length ? $"({sql}) {Choose("union", "union all", "except", "intersect")} ({other})" : sql;
    }

    private string Select(List<Item> outer, out string[] columns)
    {
        List<Item> items = [];
        var from = From(outer, items);
        var visible = items.Concat(outer).ToList();
        var targets = Targets(visible, out columns, items);
        var where = Pick(3) == 0 ? $" where {Expression(visible)} <> '0'" : "";
        return $"select {targets} from {from}{where} {(Pick(4) == 0 ? "order by 1 " : "")}limit 9";
    }

    private string From(List<Item> outer, List<Item> items)
    {
        var first = Source(outer, items);
        items.Add(first);
        if (Pick(3) != 0 || --_budget < 0) return first.Sql;
        var second = Source(outer, items);
        var common = first.Columns.Intersect(second.Columns).Where(c => first.Columns.Count(x => x == c) == 1 && second.Columns.Count(x => x == c) == 1).ToArray();
        items.Add(second);
        return Pick(4) switch
        {
            0 when common.Length > 0 => Merged(first, second, common, items, $"{first.Sql} natural join {second.Sql}"),
            1 when common.Length > 0 => Merged(first, second, common[..1], items, $"{first.Sql} full join {second.Sql} using ({common[0]})"),
            2 => $"{first.Sql} left join {second.Sql} on true",
            _ => $"{first.Sql}, {second.Sql}",
        };
    }

    private static string Merged(Item first, Item second, string[] common, List<Item> items, string sql)
    {
        items.Clear();
        items.Add(new("", null, [.. common, .. first.Columns.Except(common), .. second.Columns.Except(common)]));
        return sql;
    }

    private Item Source(List<Item> outer, List<Item> left)
    {
        var alias = Pick(5) == 0 && left.TrueForAll(l => l.Alias != "c") ? Choose("c", "x") : $"t{++_aliases}";
        switch (--_budget > 0 ? Pick(6) : 5)
        {
            case 0:
                var sub = Query(outer, out var columns);
                return Aliased($"({sub})", alias, columns);
            case 1:
                var lateral = Query([.. left, .. outer], out var more);
                return Aliased($"lateral ({lateral})", alias, more);
            case 2:
                var seen = left.Concat(outer).ToList();
                return new($"lateral (values ({Expression(seen)}, {Expression(seen)})) {alias}(note, name)", alias, ["note", "name"]);
            case 3:
                return new($"lateral unnest(array[{Expression([.. left, .. outer])}]) {alias}(id)", alias, ["id"]) { IsRow = false };
            default:
                var (name, tableColumns) = Pick(3) == 0 && _ctes.Count > 0 ? _ctes[Pick(_ctes.Count)] : Tables[Pick(Tables.Length)];
                return Aliased(name, alias, tableColumns);
        }
    }

    private Item Aliased(string sql, string alias, string[] columns)
    {
        if (Pick(3) != 0) return new($"{sql} {alias}", alias, columns);
        var renamed = Renamed(columns);
        return new($"{sql} {alias}({string.Join(", ", renamed)})", alias, renamed);
    }

    /// <summary>The same names in another order, as far as there are enough.</summary>
    private string[] Renamed(string[] columns) =>
        [.. Names.OrderBy(_ => _random.Next()).Concat(columns.Select((_, i) => $"extra{i}")).Take(columns.Length)];

    private string Targets(List<Item> visible, out string[] columns, List<Item>? here = null)
    {
        List<string> targets = [], names = [];
        var count = 1 + Pick(3);
        for (var i = 0; i < count; i++)
        {
            if (Pick(8) == 0 && (here ?? visible) is [{ IsRow: true } item, ..] && !names.Intersect(item.Columns).Any())
            {
                targets.Add(Choose($"{item.Alias}.*", $"({item.Alias}).*"));
                names.AddRange(item.Columns);
                continue;
            }
            var name = Name();
            if (names.Contains(name)) continue;
            targets.Add($"{Expression(visible)} as {name}");
            names.Add(name);
        }
        columns = [.. names];
        return string.Join(", ", targets);
    }

    private string Expression(List<Item> items)
    {
        if (items.Count == 0) return "'k'";
        if (--_budget <= 0) return Column(items);
        var item = items[Pick(items.Count)];
        return Pick(32) switch
        {
            0 => $"upper({Expression(items)})",
            1 => $"({Expression(items)} || {Expression(items)})",
            2 => $"coalesce({Expression(items)}, {Expression(items)})",
            3 => $"case when {Expression(items)} like '%1' then {Expression(items)} else {Expression(items)} end",
            4 => $"(select {Expression(items)} limit 1)",
            5 => $"({OneColumn(items)} limit 1)",
            6 => $"encode(convert_to({Expression(items)}, 'UTF8'), '{Choose("hex", "base64")}')",
            7 when item.IsRow => $"row_to_json({item.Alias})::text",
            8 when item.IsRow => $"{item.Alias}::text",
            9 when item.IsRow => $"(to_jsonb({item.Alias}.*)->>'{Name()}')",
            10 when item.IsRow => $"({item.Alias}).{item.Columns[Pick(item.Columns.Length)]}",
            11 => $"array_to_string(array[{Expression(items)}, {Expression(items)}], ',')",
            12 => $"reverse({Expression(items)})",
            13 => $"row({Expression(items)}, {Expression(items)})::text",
            14 => $"(select max(q.s) over () from (select {Expression(items)} as s) q limit 1)",
            15 => $"(select string_agg(q.s, ',') from (select {Expression(items)} as s from orders) q)",
            16 => $"array_to_string(array({OneColumn(items)}), ',')",
            17 when item.IsRow && _typed && Pick(4) != 0 => $"(select row_to_json(y.r)::text from (select {item.Alias} as r) y)",
            17 when item.IsRow => $"(select (y.r).{(Pick(2) == 0 ? Name() : item.Columns[0])} from (select {item.Alias} as r) y)",
            18 => $"md5({Expression(items)})",
            19 => $"(json_build_object('k', {Expression(items)})->>'k')",
            20 => $"xmlelement(name e, {Expression(items)})::text",
            21 => $"(array[{Expression(items)}])[1]",
            22 => $"greatest({Expression(items)}, {Expression(items)})",
            23 => $"concat_ws('-', {Expression(items)}, {Expression(items)})",
            24 => $"substr({Expression(items)}, 1, 12)",
            25 => $"coalesce({Expression(items)}::bytea::text, '')",
            26 => $"(select min(q.s) from (select {Expression(items)} as s) q)",
            27 => $"to_json({Expression(items)})::text",
            _ => Column(items),
        };
    }

    private string OneColumn(List<Item> items)
    {
        var query = Query(items, out var columns);
        return $"select {columns[Pick(columns.Length)]} from ({query}) z";
    }

    private string Column(List<Item> items)
    {
        var item = items[Pick(items.Count)];
        var column = item.Columns[Pick(item.Columns.Length)];
        var certain = items.Count(i => i.Columns.Contains(column)) == 1 || Pick(8) == 0;
        var reference = item.Alias is null || (certain && Pick(2) == 0) ? column : $"{item.Alias}.{column}";
        return _typed && Pick(14) != 0 ? $"{reference}::text" : reference;
    }

    private string Name() => Names[Pick(Names.Length)];

    private string Choose(params string[] choices) => choices[Pick(choices.Length)];

    private int Pick(int count) => _random.Next(count);
}
