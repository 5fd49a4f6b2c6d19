namespace Hoop.Ingress.Sql.Tests.Templates;

/// <summary>
/// Statements over <c>LineageRig</c>'s tables with <c>\1</c> where a number goes and <c>\2</c> where a string does. Every construct in which an analysis might
/// look at a literal is likely: constants compared with each other, opposites joined by OR, places in ORDER BY, names and text handed to functions.
/// </summary>
sealed class RandomStatements(Random random)
{
    const string N = "\u0001", S = "\u0002";

    int depth;

    public string Statement() => random.Next(9) switch
    {
        0 or 1 => $"update {Table()} set {Column()} = {Value()}, note = {Value()}{Where()}{Returning()}",
        2 or 3 => $"delete from {Table()}{Where()}{Returning()}",
        4 => $"insert into orders (id, note, total) values ({Value()}, {Value()}, {Literal()}), ({Literal()}, {Value()}, {Value()}){Conflict()}{Returning()}",
        5 => $"insert into archive {Select()}",
        6 => $"with x as ({(random.Next(2) == 0 ? $"delete from orders{Where()} returning *" : Select())}) select * from x{Where()}{Order()}",
        _ => Select() + (random.Next(4) == 0 ? ";" : ""),
    };

    string Select() =>
        $"select {Value()}, {Column()} from {Table()}{(random.Next(3) == 0 ? $" join orders o on {Condition()}" : "")}{Where()}" +
        Maybe($" group by {Column()}, {Pick(N, Column(), Value())}") + Maybe($" having {Condition()}") + Order() + Maybe($" limit {Pick(N, S, Value())}") + Maybe($" offset {N}");

    string Order() => Maybe($" order by {Pick(N, Column(), Value())}");

    string Where() => random.Next(6) == 0 ? "" : $" where {Condition()}";

    string Conflict() => Maybe($" on conflict (id) do update set note = {Value()} where {Condition()}");

    string Returning() => Maybe($" returning {Value()}");

    string Condition() => Nested(
        () => Pick($"{Column()} = {N}", $"{Column()} = {S}", $"id > {N}"),
        () => random.Next(20) switch
        {
            0 => $"{Value()} {Operator()} {Value()}",
            1 => $"{Literal()} {Operator()} {Literal()}",
            2 => $"({Condition()} and {Condition()})",
            3 => $"({Condition()} or {Condition()})",
            4 => Twins((a, b) => $"({a} or not {b})"),
            5 => Twins((a, b) => $"({a} or {b})"),
            6 => $"not ({Condition()})",
            7 => $"{Value()} between {Value()} and {Value()}",
            8 => $"{Value()} in ({Value()}, {Literal()}, {Literal()})",
            9 => $"{Column()} {Pick("like", "not like", "ilike", "~", "similar to")} {Pick(S, Value())}",
            10 => $"({Value()}) is {Pick("null", "not null", "true", "not false")}",
            11 => $"exists (select {Literal()}{Pick("", $" where {Condition()}", $" limit {N}")})",
            12 => $"{Column()} {Operator()} any (array[{Literal()}, {Value()}])",
            13 => Pick(S + "::bool", "true", "false", "null", $"{S}", $"bool {S}"),
            14 => $"{Value()} is distinct from {Value()}",
            15 => $"(id + {N}) {Operator()} (id + {N})",
            16 => $"(id, note) in (({Literal()}, {Literal()}), ({Literal()}, {Value()}))",
            17 => $"id in (select id from orders{Where()})",
            18 => $"{Column()} = any ({S})",
            _ => $"{Column()} {Operator()} {Literal()}",
        });

    string Value() => Nested(
        () => Pick(Column(), Literal()),
        () => random.Next(22) switch
        {
            0 => $"({Value()} {Pick("+", "-", "*", "/", "%", "||", "->", "->>", "#>>")} {Value()})",
            1 => $"- {Value()}",
            2 => $"{Literal()}::{Pick("int", "text", "numeric(10,2)", "varchar(3)", "regclass", "date", "jsonb", "bool", "int[]", "\"char\"", "interval")}",
            3 => $"{Pick("date", "interval", "regclass", "timestamptz")} {S}",
            4 => $"{Pick("lower", "upper", "abs", "sum", "count", "max", "length")}({Value()})",
            5 => $"{Pick("nextval", "to_regclass", "current_setting", "pg_read_file", "lo_import", "pg_advisory_lock", "leak", "secret.upper", "set_config", "has_table_privilege")}({Pick(S, N, Value())})",
            6 => $"set_config({S}, {S}, {Pick("true", "false")})",
            7 => $"query_to_xml({S}, true, false, {S})",
            8 => $"replace({Value()}, {S}, {S})",
            9 => $"substr({Column()}, {N}, {N})",
            10 => $"case when {Condition()} then {Value()} else {Literal()} end",
            11 => $"case {Column()} when {Literal()} then {Value()} end",
            12 => $"coalesce({Value()}, {Literal()})",
            13 => $"nullif({Value()}, {Literal()})",
            14 => $"(select {Value()} from customers{Where()} limit {N})",
            15 => $"row({Value()}, {Literal()})",
            16 => $"(array[{Value()}, {Literal()}])[{N}]",
            17 => $"extract({Pick("year", S)} from {Value()})",
            18 => $"count(*) filter (where {Condition()})",
            19 => $"row_number() over (partition by {Value()} order by {Value()})",
            20 => $"({Condition()})",
            _ => $"{Value()} collate \"C\"",
        });

    // Two conditions of one shape, which may or may not say the same or the opposite.
    string Twins(Func<string, string, string> join)
    {
        var (a, o1, o2) = (Value(), Operator(), Operator());
        return join($"{a} {o1} {N}", $"{a} {o2} {N}");
    }

    string Operator() => Pick("=", "<>", "<", ">", "<=", ">=");

    string Literal() => Pick(N, S, "-" + N, "- " + N);

    string Column() => Pick("id", "note", "ssn", "total", "customer_id", "name", "customers.ssn", "orders.total");

    string Table() => Pick("orders", "customers", "archive", "people", "v", "secret.accounts", "ruled");

    string Maybe(string text) => random.Next(3) == 0 ? text : "";

    string Nested(Func<string> flat, Func<string> deep)
    {
        if (depth > 3 || random.Next(3) == 0) return flat();
        depth++;
        var text = deep();
        depth--;
        return text;
    }

    string Pick(params string[] from) => from[random.Next(from.Length)];
}
