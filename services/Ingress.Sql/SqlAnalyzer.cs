namespace Hoop.Ingress.Sql;

/// <summary>Understands PostgreSQL text with PostgreSQL's own grammar. Thread-safe; keeps a bounded cache.</summary>
public sealed class SqlAnalyzer
{
    /// <summary>Never throws for any text: what does not parse comes back as one statement that is not understood.</summary>
    public SqlAnalysis Analyze(string sql, SqlContext context) => throw new NotImplementedException();
}
