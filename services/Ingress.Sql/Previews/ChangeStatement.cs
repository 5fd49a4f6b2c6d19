using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Previews;

/// <summary>A column that an UPDATE sets.</summary>
/// <param name="Calls">What its expression calls.</param>
/// <param name="Expression">Its text; null when <paramref name="WhyNot"/> says why it cannot stand in a SELECT.</param>
public sealed record SetColumn(string Column, string? Expression, CalledNames Calls, string? WhyNot);

/// <summary>
/// An INSERT, UPDATE or DELETE, cut into the parts that choose its rows, so that a SELECT can be made that shows them. The parts are taken from
/// the text as they are written; the grammar has to agree that they say in the SELECT what they say in the statement, else there is none.
/// </summary>
public sealed class ChangeStatement
{
    /// <summary>Longer texts are not worth it.</summary>
    const int LongestText = 64 * 1024;

    internal ChangeStatement(string verb, JsonElement body) => (Verb, Body) = (verb, body);

    /// <summary><c>insert</c>, <c>update</c> or <c>delete</c>.</summary>
    public string Verb { get; }

    internal JsonElement Body { get; }

    /// <summary>As written; null: by the search path.</summary>
    public string? Schema => Relation.Text("schemaname");

    public string Table => Relation.Text("relname") ?? "";

    /// <summary>For UPDATE, in order.</summary>
    public IReadOnlyList<SetColumn> Sets { get; init; } = [];

    /// <summary>For INSERT: the columns it names; null: all of them, in order.</summary>
    public IReadOnlyList<string>? InsertColumns { get; init; }

    /// <summary>An INSERT that may update rows that are there.</summary>
    public bool Upserts => Body.Field("onConflictClause")?.Text("action") == "ONCONFLICT_UPDATE";

    /// <summary>Several rows of the others may meet one of the table.</summary>
    public bool Joins => Body.Items(Verb == "delete" ? "usingClause" : "fromClause").Any();

    /// <summary>What choosing the rows calls, or for INSERT making them.</summary>
    public CalledNames Chooses { get; init; } = CalledNames.None;

    internal JsonElement Relation => Body.Field("relation") ?? default;

    /// <summary>What the columns of its table go by in the statement.</summary>
    internal string Qualifier => Relation.Field("alias")?.Text("aliasname") ?? Table;

    internal string With { get; init; } = "";
    internal string From { get; init; } = "";
    internal string Where { get; init; } = "";

    /// <param name="sql">One statement.</param>
    /// <param name="why">One line for people, when there is no answer.</param>
    public static ChangeStatement? Read(string sql, out string why)
    {
        why = Uncut;
        if (sql.Length > LongestText)
        {
            why = "the statement is too long";
            return null;
        }
        using var tree = Tree(sql);
        if (tree is null) return null;
        if (tree.RootElement.Items("stmts").ToArray() is not [var only] || !only.GetProperty("stmt").TryNode(out var type, out var body)) return null;
        return ChangeReader.Read(type, body.Clone(), sql, out why);
    }

    /// <summary>The SELECT that shows the rows; null when the grammar does not see in it what it sees in the statement.</summary>
    /// <param name="columns">Of the table, for UPDATE and DELETE; an INSERT shows what it makes.</param>
    /// <param name="after">The set columns to show beside them, and the types that their values take on; null: as they are.</param>
    public string? Select(IReadOnlyList<string> columns, IReadOnlyList<(SetColumn Column, string? Type)> after, int rows)
    {
        var items = Verb == "insert" ? "*" : string.Join(", ",
            [.. columns.Select(column => $"{Quoted(Qualifier)}.{Quoted(column)}"), .. after.Select(set => set.Type is null ? $"({set.Column.Expression})" : $"({set.Column.Expression})::{set.Type}")]);
        var text = $"{With} SELECT {items} FROM {From}{(Where.Length > 0 ? $" WHERE {Where}" : "")} LIMIT {rows}".TrimStart();
        return SelectProof.Holds(this, text, columns, after) ? text : null;
    }

    /// <summary>Why there is no SELECT when nothing better can be said.</summary>
    public const string Uncut = "the statement could not be cut into its parts";

    /// <summary>Null for what does not parse, and for what is nested deeper than anybody reads.</summary>
    internal static JsonDocument? Tree(string sql)
    {
        var parsed = PgParser.Parse(sql);
        if (!parsed.Succeeded) return null;
        try
        {
            return JsonDocument.Parse(parsed.Json, new JsonDocumentOptions { MaxDepth = 512 });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"")}\"";
}
