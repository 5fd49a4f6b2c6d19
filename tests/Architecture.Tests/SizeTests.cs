using Shouldly;
using Xunit;

namespace Hoop.Architecture.Tests;

/// <summary>Size is a smell detector: the report is printed, only the cap fails.</summary>
public class SizeTests(ITestOutputHelper output)
{
    private const int Cap = 400;

    [Fact]
    public void No_source_file_is_longer_than_the_cap()
    {
        var sizes = SolutionTree.Files("*.cs").Where(path => !path.StartsWith("tests/", StringComparison.Ordinal))
            .Select(path => (Path: path, Lines: SolutionTree.Read(path).Count(c => c == '\n'))).OrderBy(file => file.Lines).ToList();
        output.WriteLine($"{sizes.Count} files, median {sizes[sizes.Count / 2].Lines}, p95 {sizes[sizes.Count * 95 / 100].Lines}, longest {sizes[^1]}");
        sizes.Where(file => file.Lines > Cap).ShouldBeEmpty();
    }

    [Fact]
    public void Programs_are_tables_of_contents()
    {
        foreach (var path in SolutionTree.Files("Program.cs").Where(path => path.StartsWith("services/", StringComparison.Ordinal)))
            SolutionTree.Read(path).Count(c => c == '\n').ShouldBeLessThanOrEqualTo(40, path);
    }
}
