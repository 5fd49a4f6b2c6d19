using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Hoop.Architecture.Tests;

/// <summary>Only the Gate makes the proofs that opening a target and forwarding an operation ask for.</summary>
public partial class ProofTests
{
    [Theory]
    [InlineData("Permit")]
    [InlineData("AuthorizedTarget")]
    [InlineData("Hold")]
    public void Only_the_gate_makes(string proof)
    {
        var makers = SolutionTree.SourcesOf("services/Ingress").Where(path => Regex.IsMatch(SolutionTree.Read(path), $@"new {proof}\(")).ToList();
        makers.ShouldNotBeEmpty();
        makers.ShouldAllBe(path => path.StartsWith("services/Ingress/Sessions/", StringComparison.Ordinal) || path.StartsWith("services/Ingress/Approvals/", StringComparison.Ordinal));
    }

    [Fact]
    public void Their_constructors_are_not_public()
    {
        foreach (var proof in new[] { "Permit", "AuthorizedTarget", "Hold" })
            SolutionTree.SourcesOf("services/Ingress/Sessions").Any(path => Regex.IsMatch(SolutionTree.Read(path), $@"public {proof}\(")).ShouldBeFalse();
    }

    [Fact]
    public void Log_calls_are_generated_never_interpolated()
    {
        foreach (var path in SolutionTree.SourcesOf("services"))
            LogCall().IsMatch(SolutionTree.Read(path)).ShouldBeFalse($"{path} logs without a [LoggerMessage]");
    }

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(")]
    private static partial Regex LogCall();
}
