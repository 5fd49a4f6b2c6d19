using Hoop.Contracts.Approvals;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Previews;
using Hoop.Ingress.Sql.Understanding;

namespace Hoop.Ingress.Protocols.Postgres.Previews;

/// <summary>
/// Some of the rows that a change is about, and what they become: by a SELECT of the change's own WITH, FROM, WHERE and SET that is judged as any statement is, and
/// has to be a plain read. What would call something volatile or unknown is not run.
/// </summary>
internal sealed class PreviewRows(PreviewSubject subject, PostgresTargetClient client, List<string> notes)
{
    private const int MostColumns = 30;
    private const int MostBytes = 1024 * 1024;
    private const string Missing = "No rows are shown";
    private const string ReadingRuns = "reading its values would already run functions that nobody has agreed to yet";

    internal async Task<PreviewSample?> ReadAsync(CancellationToken cancel)
    {
        if (WhyNot() is { } reason) return None(reason);
        if (ChangeStatement.Read(subject.Only!.Text, out var why) is not { } change) return None(why);
        if (TableOf(change) is not { } table) return None("its table is not known");
        if (table.Kind == 'f') return None("its table is on another server");
        var calls = await PreviewCalls.AskAsync(change, client, cancel);
        if (calls.WhyNot(change.Chooses) is { } called) return None($"{called}, which is not called just to look");
        return await ReadAsync(change, table, await AfterAsync(change, table, calls, cancel), cancel);
    }

    private string? WhyNot() => subject.Only switch
    {
        null => "the text has several statements",
        _ when subject.Session.Services.Options.PreviewRows <= 0 => "this gateway is set not to read any",
        { Command.Kind: SqlCommandKind.CopyIn } => "they come with the copy",
        { Command.Kind: SqlCommandKind.Execute } => "it runs a prepared statement that only its session has",
        { Command.ParsesCode: true } => ReadingRuns,
        _ when subject.UsesTemporary => "it uses a temporary table, which only its session sees",
        _ when subject.NamesMoved => "the open transaction changed the schema, and only its own connection sees that",
        _ => null,
    };

    private PreviewSample? None(string why)
    {
        notes.Add($"{Missing}: {why}.");
        return null;
    }

    private CatalogRelation? TableOf(ChangeStatement change)
    {
        var name = subject.Only!.Facts.Accesses.FirstOrDefault(access => access.Verb == change.Verb && access.Kind == "table" && !access.Implied
            && access.Name.EndsWith("." + change.Table, StringComparison.Ordinal) && (change.Schema is null || access.Name.StartsWith(change.Schema + ".", StringComparison.Ordinal)))?.Name;
        return name is not null && subject.Names.Catalog.Relations.TryGetValue(name, out var relation) ? relation : null;
    }

    /// <summary>The set columns whose new values can be worked out, with the types that these take on.</summary>
    private async Task<List<(SetColumn Column, string? Type)>> AfterAsync(ChangeStatement change, CatalogRelation table, PreviewCalls calls, CancellationToken cancel)
    {
        var after = new List<(SetColumn, string?)>();
        if (change.Sets.Count == 0) return after;
        var types = (await client.QueryAsync(
            // A cast to a type of somebody's own may run their code: such a value is shown as it is.
            $"select a.attname::pg_catalog.text, case when a.atttypid < 16384 then pg_catalog.format_type(a.atttypid, a.atttypmod) end from pg_catalog.pg_attribute a where a.attrelid = {table.Oid} and a.attnum > 0 and not a.attisdropped", cancel))
            .ToDictionary(row => row[0]!, row => row[1]);
        foreach (var set in change.Sets)
        {
            var why = set.WhyNot ?? calls.WhyNot(set.Calls);
            if (why is not null || set.Expression is null) notes.Add($"What {set.Column} becomes is not shown: {why}.");
            else if (types.TryGetValue(set.Column, out var type) && table.Columns.Any(column => column.Name == set.Column)) after.Add((set, type));
        }

        return after;
    }

    private async Task<PreviewSample?> ReadAsync(ChangeStatement change, CatalogRelation table, List<(SetColumn Column, string? Type)> after, CancellationToken cancel)
    {
        var most = subject.Session.Services.Options.PreviewRows;
        var columns = Shown(change, table);
        var (text, plain) = Judged(change, columns, after, most);
        if (plain is null && after.Count > 0)
        {
            notes.Add("What the rows become is not shown: working it out would do more than read.");
            after = [];
            (text, plain) = Judged(change, columns, after, most);
        }

        if (text is null) return None(ChangeStatement.Uncut);
        if (plain is null) return None("looking for them would do more than read");
        var parameters = subject.Parameters;
        // A parameter that is not in the SELECT has a type from the statement alone.
        if (parameters.Count > 0) parameters = parameters with { Types = await client.ParameterTypesAsync(subject.Only!.Text, parameters.Types, cancel) };
        if (ForeignParameters.In(plain with { Command = SqlCommand.Other }, parameters.Types, subject.Names).Command.PlansCode) return None(ReadingRuns);
        var reply = await client.ReadOnlyAsync(() => client.ReadAsync(text, parameters, MostBytes, cancel), cancel);
        if (change.Joins) notes.Add("A row that meets several of the joined ones is listed once for each.");
        if (change.Upserts) notes.Add("Rows that are there already are updated instead of inserted.");
        return PreviewSamples.Of(subject, change, table, columns, after, plain.Result, reply, most);
    }

    /// <summary>The SELECT and what the gateway understands of it; no statement when it is more than a plain read.</summary>
    private (string? Text, SqlStatement? Plain) Judged(ChangeStatement change, IReadOnlyList<string> columns, IReadOnlyList<(SetColumn, string?)> after, int most)
    {
        if (change.Select(columns, after, most + 1) is not { } text) return (null, null);
        return (text, subject.AsPlainRead(text));
    }

    /// <summary>The first columns, and whatever is set.</summary>
    private static IReadOnlyList<string> Shown(ChangeStatement change, CatalogRelation table)
    {
        if (change.Verb == "insert") return [];
        var set = change.Sets.Select(column => column.Column).ToHashSet(StringComparer.Ordinal);
        var room = MostColumns - set.Count;
        return [.. table.Columns.Where(column => set.Contains(column.Name) || room-- > 0).Select(column => column.Name)];
    }
}
