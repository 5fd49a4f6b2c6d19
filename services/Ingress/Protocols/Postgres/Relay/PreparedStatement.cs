using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Understanding;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>A prepared statement of the session, by Parse or by PREPARE: its text, and what is known of it.</summary>
/// <param name="wrapped">The text is a PREPARE or DECLARE; what runs is the statement inside.</param>
internal sealed class PreparedStatement(string name, string text, uint[] parameterTypes, bool wrapped = false) : IPrepared
{
    private readonly uint[] declared = parameterTypes;
    private readonly bool hasForeign = parameterTypes.Any(static type => type >= ForeignParameters.FirstOwn);
    private SqlContext? analyzedIn;
    private SqlAnalysis? analysis;
    private short[] formats = [];
    private (PostgresColumn[]? Of, short[]? Formats, PostgresColumn[]? Columns) formatted;

    PreparedStatement IPrepared.Statement => this;

    BoundNames? IPrepared.Bound => null;

    public string Name { get; } = name;
    public string Text { get; } = text;

    /// <summary>False: its text is for the record alone, nothing can be judged by it.</summary>
    public bool Readable { get; init; } = true;

    /// <summary>Of a cursor: what it was judged to be when it was declared; null when that cannot be said.</summary>
    public SqlStatement? Declared { get; init; }

    /// <summary>As Parse gave them, then as the server described them; 0 is unknown.</summary>
    public uint[] ParameterTypes { get; set; } = parameterTypes;

    /// <summary>The names by which it was last looked at before it ran.</summary>
    public SqlContext? ForeseenIn { get; set; }

    /// <summary>Null until described; empty when it returns no rows.</summary>
    public PostgresColumn[]? Columns { get; set; }

    /// <summary>A Describe is on its way, or has been answered.</summary>
    public bool IsDescribed { get; set; }

    /// <summary>Of the client's Bind: the same array while the formats stay the same.</summary>
    public short[] FormatsOf(in Bind bind) => bind.HasResultFormats(formats) ? formats : formats = bind.ResultFormatCodes();

    /// <summary>The columns in the formats that a Bind asked for; null when they are not known. Of the server's pump.</summary>
    public PostgresColumn[]? ColumnsWith(short[] formats)
    {
        if (Columns is null) return null;
        if (ReferenceEquals(formatted.Of, Columns) && ReferenceEquals(formatted.Formats, formats)) return formatted.Columns;
        formatted = (Columns, formats, [.. Columns.Select((column, index) => column with { Format = FormatOf(formats, index) })]);
        return formatted.Columns;
    }

    private static short FormatOf(short[] formats, int column) => formats.Length switch
    {
        0 => 0,
        1 => formats[0],
        _ => column < formats.Length ? formats[column] : (short)0,
    };

    /// <summary>What it means now: the server, too, resolves its names again when the search path or the catalog moves.</summary>
    public SqlAnalysis Analyze(Func<string, SqlContext, SqlAnalysis> analyze, SqlContext context)
    {
        if (!Readable) return PostgresOperations.NotUnderstood(Text, "the statement's text could not be read");
        if (analysis is not null && ReferenceEquals(analyzedIn, context) && !Fetches(analysis)) return analysis;
        (analysis, analyzedIn) = (Typed(Unwrap(analyze(Text, context)), context), context);
        return analysis;
    }

    // What it fetches from may have been bound since.
    private static bool Fetches(SqlAnalysis analysis) => analysis.Statements is [{ Command.Kind: SqlCommandKind.Fetch }];

    private SqlAnalysis Typed(SqlAnalysis plain, SqlContext context) =>
        hasForeign ? plain with { Statements = [.. plain.Statements.Select(statement => ForeignParameters.In(statement, declared, context))] } : plain;

    private SqlAnalysis Unwrap(SqlAnalysis outer)
    {
        if (!wrapped) return outer;
        return outer.Statements is [{ Command.Inner: { } inner }] ? outer with { Statements = [inner] } : PostgresOperations.NotUnderstood(Text, "the statement inside is not known");
    }
}
