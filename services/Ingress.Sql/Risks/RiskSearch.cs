using System.Runtime.CompilerServices;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding;
using Hoop.Ingress.Sql.Understanding.Conditions;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Risks;

/// <summary>The risky parts of one statement. What no part of its own brings is put down to the verb.</summary>
sealed class RiskSearch(StatementPlaces places, SqlContext context)
{
    const string ByItself = "not by its own words: a trigger, a rule, a cascade or a function behind it does";

    static readonly string[] Changes = ["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "TruncateStmt"];

    readonly List<RiskyPart> parts = [];
    JsonElement whole;
    E found;

    /// <param name="effects">Of the whole statement.</param>
    public IReadOnlyList<RiskyPart> Of(JsonElement node, E effects)
    {
        whole = node;
        Visit(node);
        node.TryNode(out var type, out _);
        Rest(places.First, effects, Changes.Contains(type) || type == "DropStmt" ? ByItself : "");
        return parts;
    }

    void Visit(JsonElement e)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (e.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in e.EnumerateArray()) Visit(item);
        }
        else if (e.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in e.EnumerateObject()) Visit(field.Name, field.Value);
        }
    }

    void Visit(string type, JsonElement body)
    {
        Visit(body);
        switch (type)
        {
            case "FuncCall" or "funccall": Call(body); break;
            case "ColumnRef": Column(body); break;
            case "A_Indirection": Indirection(body); break;
            case "InsertStmt": Insert(body); break;
            case "UpdateStmt": Change(body, "update"); break;
            case "DeleteStmt": Change(body, "delete"); break;
            case "MergeStmt": Merge(body); break;
            case "TruncateStmt": Truncate(body); break;
            case "DropStmt": Drop(body); break;
            case "AlterTableStmt": Alter(body); break;
            case "CopyStmt": Copy(body); break;
            case "intoClause" or "into" when body.Field("rel") is { } made: Mark(places.Name(made.Number("location")), E.Ddl, "makes a table of it"); break;
        }
    }

    void Call(JsonElement call)
    {
        if (call.Names("funcname") is not [.., var name] names) return;
        var alone = Walk();
        FunctionCalls.Call(names.Count > 1 ? names[^2] : null, name, alone);
        Called(places.Name(call.Number("location")), alone);
    }

    void Column(JsonElement column)
    {
        var alone = Walk();
        FunctionCalls.VisitColumn(column, alone);
        Called(places.Name(column.Number("location")), alone);
    }

    void Indirection(JsonElement indirection)
    {
        foreach (var name in indirection.Names("indirection"))
        {
            var alone = Walk();
            FunctionCalls.VisitAttributes(indirection, alone, name);
            Called(places.FieldAfter(Leftmost(indirection) ?? 0, name), alone);
        }
    }

    void Called(Span? name, StatementWalk alone)
    {
        var effects = alone.Effects & ~E.Read;
        Mark(name, effects, effects.HasFlag(E.Unknown) ? "calls a function whose effects are not all known" : "calls a function that does it");
    }

    void Change(JsonElement body, string verb)
    {
        var written = Verb(body, verb);
        Mark(written, E.Write, "");
        if (AlwaysTrue.LetsAllThrough(body.Field("whereClause"), new(Walk(), body))) AllRows(body, written);
        Itself(verb == "update" ? "UpdateStmt" : "DeleteStmt", body, written);
    }

    void AllRows(JsonElement body, Span? verb)
    {
        if (body.Field("whereClause") is not { } condition) Mark(verb, E.MassWrite, $"no WHERE: every row of {Table(body)}");
        else Mark(Leftmost(condition) is { } place ? places.Condition(place) : verb, E.MassWrite, $"true for every row of {Table(body)}");
    }

    void Insert(JsonElement body)
    {
        var written = Verb(body, "insert");
        Mark(written, E.Write, "");
        Itself("InsertStmt", body, written);
    }

    void Merge(JsonElement body)
    {
        var written = Verb(body, "merge");
        Mark(written, E.Write, "");
        if (Of("MergeStmt", body).HasFlag(E.MassWrite)) Mark(written, E.MassWrite, $"no condition chooses among the rows of {Table(body)}");
        Itself("MergeStmt", body, written);
    }

    void Truncate(JsonElement body)
    {
        foreach (var item in body.Items("relations"))
            if (item.As("RangeVar") is { } range) Mark(places.Name(range.Number("location")), E.Write | E.MassWrite | E.Destructive, "removes all its rows");
        if (Cascades(body)) Mark(places.LastWord("cascade"), E.Destructive, "also empties every table that refers to it");
        Itself("TruncateStmt", body, places.First);
    }

    void Drop(JsonElement body)
    {
        var cursor = 1;
        foreach (var item in body.Items("objects"))
            if (NameOf(item) is { } name) Mark(places.NextName(name, ref cursor), E.Ddl | E.Destructive, "removes it");
        if (Cascades(body)) Mark(places.LastWord("cascade"), E.Destructive, "also removes all that depends on it");
    }

    void Alter(JsonElement body)
    {
        var cursor = 1;
        foreach (var item in body.Items("cmds"))
        {
            if (item.As("AlterTableCmd") is not { } command || command.Text("subtype") != "AT_DropColumn") continue;
            Mark(places.NextName(command.Text("name") ?? "", ref cursor), E.Destructive, "removes the column with its values");
            if (Cascades(command)) Mark(places.LastWord("cascade"), E.Destructive, "also removes all that depends on it");
        }
    }

    void Copy(JsonElement body)
    {
        if (body.Flag("is_program")) Mark(places.StringAfter("program"), E.CodeExec, "runs a program on the server");
        else if (body.Field("filename") is not null) Mark(places.StringAfter("from", "to"), E.FileAccess, "a file of the server");
    }

    /// <summary>What the statement brings beyond its marked parts, wherever it stands.</summary>
    void Itself(string type, JsonElement body, Span? verb) => Rest(verb, Of(type, body), ByItself);

    void Rest(Span? verb, E effects, string why) => Mark(verb, effects & ~E.Read & ~found, why);

    E Of(string type, JsonElement body)
    {
        var alone = Walk();
        StatementTable.Visit(type, body, alone, null);
        return alone.Understood ? alone.Effects : alone.Effects | E.Unknown;
    }

    void Mark(Span? span, E effects, string why)
    {
        if (span is not { } place) return;
        foreach (var effect in Enum.GetValues<E>())
            if (effect != E.None && effects.HasFlag(effect)) parts.Add(new(place.Start, place.Length, effect, why));
        found |= effects;
    }

    StatementWalk Walk() => new(context, "", 0, new()) { Tree = whole };

    Span? Verb(JsonElement body, string verb) => body.Field("relation") is { } relation ? places.WordBefore(relation.Number("location"), verb) : null;

    static string Table(JsonElement body) =>
        body.Field("relation") is not { } relation ? "the table" : relation.Text("schemaname") is { } schema ? $"{schema}.{relation.Text("relname")}" : relation.Text("relname") ?? "the table";

    static bool Cascades(JsonElement body) => body.Text("behavior") == "DROP_CASCADE";

    static string? NameOf(JsonElement item) =>
        item.As("List") is { } list ? list.Names("items").LastOrDefault()
        : item.As("ObjectWithArgs") is { } function ? function.Names("objname").LastOrDefault()
        : item.As("TypeName") is { } type ? type.Names("names").LastOrDefault()
        : item.As("String")?.Text("sval");

    /// <summary>The leftmost place that the grammar noted in an expression.</summary>
    static int? Leftmost(JsonElement e)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        int? least = null;
        if (e.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in e.EnumerateArray()) least = Least(least, Leftmost(item));
        }
        else if (e.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in e.EnumerateObject())
                least = Least(least, field.NameEquals("location") && field.Value.TryGetInt32(out var place) && place > 0 ? place : Leftmost(field.Value));
        }
        return least;
    }

    static int? Least(int? a, int? b) => a is null || b < a ? b : a;
}
