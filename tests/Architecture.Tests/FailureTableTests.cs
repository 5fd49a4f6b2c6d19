using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Hoop.Architecture.Tests;

/// <summary>docs/failures.md promises; each row names the tests that hold it to that.</summary>
public partial class FailureTableTests
{
    private static readonly string[] Parts =
        ["Ingress", "Policy", "Masking", "Approval", "Audit", "an Audit that is too slow", "RabbitMQ", "Postgres", "Redis", "identity provider", "target", "disk full", "clock jump"];

    private static readonly List<string[]> Rows =
        [.. SolutionTree.Read("docs/failures.md").Split('\n').Where(line => line.StartsWith("| **", StringComparison.Ordinal)).Select(line => line.Trim('|').Split('|'))];

    [Fact]
    public void Every_part_has_its_row_and_every_row_all_its_columns()
    {
        Rows.Select(row => Name().Match(row[0]).Groups[1].Value).ShouldBe(Parts);
        Rows.ShouldAllBe(row => row.Length == 7 && row.All(cell => !string.IsNullOrWhiteSpace(cell)));
    }

    [Fact]
    public void Every_row_names_tests_that_exist()
    {
        var sources = SolutionTree.Files("*Tests.cs").Where(path => path.StartsWith("tests/", StringComparison.Ordinal)).ToLookup(path => Path.GetFileNameWithoutExtension(path), SolutionTree.Read);
        foreach (var row in Rows)
        {
            var named = Tests().Matches(row[^1]);
            named.ShouldNotBeEmpty(row[0]);
            foreach (var (type, method) in named.Select(test => (test.Groups[1].Value, test.Groups[2].Value)))
                sources[type].ShouldContain(source => Regex.IsMatch(source, $@"public (async Task|void|Task) {method}\("), $"{type}.{method}, named for {row[0]}");
        }
    }

    [GeneratedRegex(@"\*\*(.+?)\*\*")]
    private static partial Regex Name();

    [GeneratedRegex(@"`(\w+)\.(\w+)`")]
    private static partial Regex Tests();
}
