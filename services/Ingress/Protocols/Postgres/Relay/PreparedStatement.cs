using Hoop.Ingress.Sql;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>A prepared statement of the session, by Parse or by PREPARE: its text, and what is known of it.</summary>
/// <param name="wrapped">The text is a PREPARE or DECLARE; what runs is the statement inside.</param>
internal sealed class PreparedStatement(string name, string text, uint[] parameterTypes, bool wrapped = false)
{
    private SqlContext? analyzedIn;
    private SqlAnalysis? analysis;

    public string Name { get; } = name;
    public string Text { get; } = text;

    /// <summary>False: its text is for the record alone, nothing can be judged by it.</summary>
    public bool Readable { get; init; } = true;

    /// <summary>As Parse gave them, then as the server described them; 0 is unknown.</summary>
    public uint[] ParameterTypes { get; set; } = parameterTypes;

    /// <summary>Null until described; empty when it returns no rows.</summary>
    public PostgresColumn[]? Columns { get; set; }

    /// <summary>A Describe is on its way, or has been answered.</summary>
    public bool IsDescribed { get; set; }

    /// <summary>What it means now: the server, too, resolves its names again when the search path or the catalog moves.</summary>
    public SqlAnalysis Analyze(Func<string, SqlContext, SqlAnalysis> analyze, SqlContext context)
    {
        if (!Readable) return PostgresOperations.NotUnderstood(Text, "not read");
        if (analysis is not null && ReferenceEquals(analyzedIn, context)) return analysis;
        (analysis, analyzedIn) = (Unwrap(analyze(Text, context)), context);
        return analysis;
    }

    private SqlAnalysis Unwrap(SqlAnalysis outer)
    {
        if (!wrapped) return outer;
        return outer.Statements is [{ Command.Inner: { } inner }] ? new SqlAnalysis([inner], outer.Error) : PostgresOperations.NotUnderstood(Text, "the statement inside is not known");
    }
}
