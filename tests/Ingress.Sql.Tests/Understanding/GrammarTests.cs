using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Understanding;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Understanding;

public partial class GrammarTests
{
    /// <summary>Nodes of analysis, planning and execution, which come after the raw grammar and are in none of its trees.</summary>
    static readonly string[] Later = string.Join(' ',
        "Aggref AlternativeSubPlan ArrayCoerceExpr ArrayExpr CallContext CaseTestExpr CoerceToDomain CoerceToDomainValue CoerceViaIO CollateExpr",
        "ConvertRowtypeExpr DistinctExpr FieldSelect FieldStore FromExpr FuncExpr InferenceElem InlineCodeBlock IntList JsonConstructorExpr JsonExpr",
        "JsonTablePath JsonTablePathScan JsonTableSiblingJoin MergeAction NextValueExpr NullIfExpr OidList OnConflictExpr OpExpr PLAssignStmt Param Query",
        "RTEPermissionInfo RangeTblEntry RangeTblFunction RangeTblRef RelabelType ReturningExpr RowCompareExpr RowMarkClause ScalarArrayOpExpr",
        "SetOperationStmt SortGroupClause SubPlan SubscriptingRef TableFunc TableSampleClause TargetEntry Var WindowClause WindowFunc",
        "WindowFuncRunCondition WithCheckOption").Split(' ');

    /// <summary>Every node that the built parser can write, read out of the library itself.</summary>
    static HashSet<string> Written()
    {
        var library = Encoding.Latin1.GetString(File.ReadAllBytes(PgParserNative.Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable("HOOP_NATIVE_DIR"))!));
        return [.. NodeNames().Matches(library).Select(m => m.Groups[1].Value)];
    }

    [GeneratedRegex("\"([A-Z](?!LpgSQL_)[A-Za-z0-9_]*)\":\\{")]
    private static partial Regex NodeNames();

    [Fact]
    public void Every_statement_of_the_grammar_is_mapped() =>
        Written().Where(n => n.EndsWith("Stmt") && n != "RawStmt").Except(Later).Order(StringComparer.Ordinal)
            .ShouldBe(StatementTable.Known.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_other_node_of_the_grammar_is_walked_or_harmless() =>
        Written().Except(Later).Where(n => !n.EndsWith("Stmt") || n == "RawStmt").Order(StringComparer.Ordinal)
            .ShouldBe(NodeTable.Walked.Concat(NodeTable.Harmless).Order(StringComparer.Ordinal));

    [Fact]
    public void What_comes_after_the_raw_grammar_is_refused_should_it_ever_come()
    {
        foreach (var node in Later)
        {
            NodeTable.Knows(Encoding.ASCII.GetBytes(node)).ShouldBeFalse(node);
            Written().ShouldContain(node);
        }
    }

    [Theory]
    [InlineData("""{"SelectStmt":{"targetList":[{"ResTarget":{"val":{"Novelty":{"arg":1}}}}]}}""")]
    [InlineData("""{"NoveltyStmt":{}}""")]
    [InlineData("""{"SelectStmt":{"whereClause":{"Query":{}}}}""")]
    public void An_unknown_node_is_not_understood(string tree)
    {
        using var document = JsonDocument.Parse(tree);
        StatementReader.Read(document.RootElement, "", Ask.Context(), 0, out _).Facts.Understood.ShouldBeFalse();
    }

    [Fact]
    public void Every_statement_of_the_grammar_has_an_example() =>
        StatementExamples.All().Select(e => e.Node).Distinct().Order(StringComparer.Ordinal).ShouldBe(StatementTable.Known.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_example_is_of_its_node_and_understood()
    {
        foreach (var (_, node, sql) in StatementExamples.All())
        {
            Encoding.UTF8.GetString(PgParser.Parse(sql).Json.Span).ShouldContain($"\"{node}\":{{", customMessage: sql);
            Ask.Of(sql).Facts.Understood.ShouldBeTrue(sql);
        }
    }
}
