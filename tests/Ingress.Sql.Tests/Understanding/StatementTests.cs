using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Understanding;

/// <summary>Each line of the tables below: a statement, <c>=></c>, what it touches <c>|</c> its effects.</summary>
public class StatementTests
{
    [Theory]
    [MemberData(nameof(Rows))]
    public void A_statement_is_understood(string sql, string expected) => Ask.Summary(Ask.Of(sql)).ShouldBe(expected);

    public static TheoryData<string, string> Rows()
    {
        var rows = new TheoryData<string, string>();
        foreach (var table in new[] { StatementRows.Plumbing, StatementRows.Queries, StatementRows.LookAlikes, StatementRows.Hidden, StatementRows.Session, StatementRows.Schema, StatementRows.Reaching })
            foreach (var line in table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = line.Split(" => ", 2);
                rows.Add(parts[0].Replace("\\n", "\n"), parts[1]);
            }
        return rows;
    }

    [Fact]
    public void There_are_many_of_them() => Rows().Count.ShouldBeGreaterThan(150);
}
