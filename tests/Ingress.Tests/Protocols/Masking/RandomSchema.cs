namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>
/// Tables of random columns of many types, some of them masked and holding canaries, with views over them and tables that inherit. Names are
/// few, so that the same name is a masked column here and a plain one there.
/// </summary>
internal sealed class RandomSchema
{
    private const int Rows = 3;

    private static readonly string[] ColumnNames = ["id", "name", "ssn", "note", "c", "x", "customers"];
    private static readonly string[] TableNames = ["customers", "orders", "items", "people"];

    private static readonly (string Type, Func<bool, int, string> Value)[] Types =
    [
        ("text", (secret, i) => $"'{Word(secret, i)}'"), ("text", (secret, i) => $"'{Word(secret, i)}'"), ("varchar(40)", (secret, i) => $"'{Word(secret, i)}'"),
        ("char(20)", (secret, i) => $"'{Word(secret, i)}'"), ("name", (secret, i) => $"'{Word(secret, i)}'"), ("word", (secret, i) => $"'{Word(secret, i)}'"),
        ("int8", Number), ("numeric", (secret, i) => $"{Number(secret, i)}.5"), ("numeric(20, 2)", Number),
        ("uuid", (secret, i) => secret ? $"'{Canaries.Uuid}-5e0f-4c1d-9a2b-00000000000{i}'" : $"'00000000-0000-4000-8000-00000000000{i}'"),
        ("date", (secret, i) => secret ? $"'{Canaries.Day}{i}'" : $"'2020-01-0{i}'"), ("timestamptz", (secret, i) => secret ? $"'{Canaries.Day}{i} 12:00:00+00'" : $"'2020-01-0{i}'"),
        ("bytea", (secret, i) => $"convert_to('{Word(secret, i)}', 'UTF8')"), ("inet", (secret, i) => secret ? $"'{Canaries.Address}:5e0f::{i}'" : $"'10.0.0.{i}'"),
        ("json", (secret, i) => Document(secret, i)), ("jsonb", (secret, i) => Document(secret, i)),
        ("text[]", (secret, i) => $"array['a', '{Word(secret, i)}']"), ("int8[]", (secret, i) => $"array[{Number(secret, i)}]"), ("xml", (secret, i) => $"'<a>{Word(secret, i)}</a>'"),
        ("int8range", (secret, i) => $"int8range({Number(secret, i)}, 7999999999)"), ("level", (secret, _) => secret ? $"'{Canaries.Text}'" : "'plain'"),
        ("pair", (secret, i) => $"row('{Word(secret, i)}', {Number(secret, i)})::pair"), ("tsvector", (secret, i) => $"to_tsvector('simple', '{Word(secret, i)}')"),
    ];

    private readonly Random _random;
    private readonly List<string> _script =
    [
        "create domain word as text", $"create type level as enum ('plain', '{Canaries.Text}')", "create type pair as (a text, b int8)",
    ];

    private readonly List<(string Name, string[] Columns)> _tables = [];
    private readonly List<string> _masks = [];

    public RandomSchema(int seed)
    {
        _random = new Random(seed);
        foreach (var name in TableNames.Take(2 + _random.Next(3))) Table(name);
        for (var i = 0; i < 3; i++) View($"v{i}");
        var (parent, columns) = _tables[0];
        _script.Add($"create table kid () inherits ({parent})");
        _script.Add($"insert into kid select * from only {parent}");
        _tables.Add(("kid", columns));
    }

    public string Script => string.Join(";\n", _script);

    public (string Name, string[] Columns)[] Tables => [.. _tables];

    /// <summary>The <c>masks</c> of hoop.yaml. Predicates are allowed, so that most queries run: here it is values that must not show.</summary>
    public string Masks => "\nmasks:\n" + string.Join('\n', _masks);

    private void Table(string name)
    {
        var names = ColumnNames.OrderBy(_ => _random.Next()).Take(3 + _random.Next(3)).ToArray();
        var columns = names.Select(n => (Name: n, Type: Types[_random.Next(Types.Length)], Secret: _random.Next(5) < 2)).ToArray();
        if (_tables.Count == 0) columns[0].Secret = true;
        _script.Add($"create table {name} ({string.Join(", ", columns.Select(c => $"{c.Name} {c.Type.Type}"))})");
        for (var i = 1; i <= Rows; i++)
            _script.Add($"insert into {name} values ({string.Join(", ", columns.Select(c => c.Type.Value(c.Secret, i)))})");
        foreach (var column in columns.Where(static c => c.Secret)) Mask($"public.{name}.{column.Name}");
        _tables.Add((name, names));
    }

    private void Mask(string column)
    {
        var mode = new[] { "redact", "hash", "\"null\"", "{ partial: { keepLast: 4 } }" }[_random.Next(4)];
        _masks.Add($"  - {{ name: m{_masks.Count}, targets: [shop], columns: [{column}], with: {mode}, predicates: allow }}");
    }

    private void View(string name)
    {
        var (left, leftColumns) = _tables[_random.Next(_tables.Count)];
        var (right, rightColumns) = _tables[_random.Next(_tables.Count)];
        var columns = ColumnNames.OrderBy(_ => _random.Next()).Take(3).ToArray();
        string Any() => _random.Next(2) == 0 ? $"a.{leftColumns[_random.Next(leftColumns.Length)]}" : $"b.{rightColumns[_random.Next(rightColumns.Length)]}";
        _script.Add($"create view {name} ({string.Join(", ", columns)}) as select {Any()}, {Any()}::text, {(_random.Next(3) == 0 ? "'plain'" : Any())} from {left} a cross join {right} b limit 5");
        _tables.Add((name, columns));
    }

    private static string Word(bool secret, int i) => secret ? $"{Canaries.Text}-000{i}" : $"plain{i}";

    private static string Number(bool secret, int i) => secret ? $"{Canaries.Number}{i}" : $"{i}";

    private static string Document(bool secret, int i) => $$"""'{"k": "{{Word(secret, i)}}", "n": {{Number(secret, i)}}}'""";
}
