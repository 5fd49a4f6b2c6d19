using Hoop.Ingress.Sql;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>A prepared statement of the session, by Parse or by PREPARE: its text, and what is known of it.</summary>
internal sealed class PreparedStatement(string name, string text, uint[] parameterTypes)
{
    private SqlContext? analyzedIn;
    private SqlAnalysis? analysis;

    public string Name { get; } = name;
    public string Text { get; } = text;

    /// <summary>As Parse gave them, then as the server described them; 0 is unknown.</summary>
    public uint[] ParameterTypes { get; set; } = parameterTypes;

    /// <summary>Null until described; empty when it returns no rows.</summary>
    public PostgresColumn[]? Columns { get; set; }

    /// <summary>A Describe is on its way, or has been answered.</summary>
    public bool IsDescribed { get; set; }

    /// <summary>What it means now: the server, too, resolves its names again when the search path or the catalog moves.</summary>
    public SqlAnalysis Analyze(Func<string, SqlContext, SqlAnalysis> analyze, SqlContext context)
    {
        if (analysis is not null && ReferenceEquals(analyzedIn, context)) return analysis;
        (analysis, analyzedIn) = (analyze(Text, context), context);
        return analysis;
    }
}
