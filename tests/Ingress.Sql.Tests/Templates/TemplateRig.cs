using System.Text.Json;
using Hoop.Ingress.Sql.Tests.Lineage;
using Shouldly;

namespace Hoop.Ingress.Sql.Tests.Templates;

/// <summary>An analyzer with its caches, and whether it knew a text by its template.</summary>
sealed class TemplateRig
{
    public SqlAnalyzer Analyzer { get; } = new();

    public SqlContext Context { get; init; } = LineageRig.Context;

    /// <summary>Seen once, then proven.</summary>
    public TemplateRig Learn(params string[] texts)
    {
        foreach (var sql in texts) Analyzer.Analyze(sql, Context);
        return this;
    }

    /// <summary>By its template, whether or not it is known by itself.</summary>
    public bool Knows(string sql, SqlContext? context = null) => Analyzer.Templates.TryGet(sql, context ?? Context, out _, out _);

    /// <summary>What is said of it by its template, or else by the analyzer, is what one without any memory says, in every field.</summary>
    public void ShouldBeRight(string sql)
    {
        if (!Analyzer.Templates.TryGet(sql, Context, out var analysis, out _)) analysis = Analyzer.Analyze(sql, Context);
        Write(analysis).ShouldBe(Write(new SqlAnalyzer().Analyze(sql, Context)), sql);
    }

    public static string Write(SqlAnalysis analysis) => JsonSerializer.Serialize(analysis);
}
