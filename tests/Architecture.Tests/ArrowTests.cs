using Shouldly;
using Xunit;

namespace Hoop.Architecture.Tests;

/// <summary>Who may know whom. See docs/architecture.md.</summary>
public class ArrowTests
{
    private static readonly string[] Services = ["Ingress", "Policy", "Masking", "Approval", "Audit"];
    private static readonly string[] Pure = ["Contracts", "Ingress.Wire", "Ingress.Sql", "Policy.Engine", "Masking.Engine", "Audit.Chain"];

    /// <summary>Every project that is not a test, with all it may reference. An arrow that is not listed is a decision to take, not to slip in.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Contracts"] = [],
        ["ServiceDefaults"] = ["Contracts"],
        ["Ingress.Wire"] = [],
        ["Ingress.Sql"] = ["Contracts"],
        ["Policy.Engine"] = ["Contracts"],
        ["Masking.Engine"] = ["Contracts"],
        ["Audit.Chain"] = ["Contracts"],
        ["Ingress"] = ["Contracts", "ServiceDefaults", "Ingress.Wire", "Ingress.Sql", "Policy.Engine", "Masking.Engine", "Audit.Chain"],
        ["Policy"] = ["Contracts", "ServiceDefaults", "Policy.Engine"],
        ["Masking"] = ["Contracts", "ServiceDefaults", "Masking.Engine"],
        ["Approval"] = ["Contracts", "ServiceDefaults"],
        ["Audit"] = ["Contracts", "ServiceDefaults", "Audit.Chain"],
        ["AppHost.Local"] = [],
        // Built together, so that ./run has the command it tells people to type.
        ["AppHost"] = ["AppHost.Local", "Cli", .. Services],
        ["Verify"] = ["Audit.Chain"],
        ["Cli"] = ["Contracts", "Policy.Engine", "Verify"],
    };

    [Fact]
    public void Projects_reference_only_what_the_diagram_allows()
    {
        foreach (var project in SolutionTree.Projects.Values.Where(project => !project.Path.StartsWith("tests/", StringComparison.Ordinal) && !project.Path.StartsWith("bench/", StringComparison.Ordinal)))
        {
            Allowed.ShouldContainKey(project.Name, $"{project.Path} is not in the diagram");
            project.References.Except(Allowed[project.Name]).ShouldBeEmpty($"{project.Path} has an arrow that the diagram does not");
        }
    }

    [Fact]
    public void The_verifier_shares_nothing_with_the_services_but_the_form_of_evidence()
    {
        var (reached, ahead) = (new HashSet<string>(), new Queue<string>(["Verify"]));
        while (ahead.TryDequeue(out var name))
            if (reached.Add(name))
                SolutionTree.Projects[name].References.ToList().ForEach(ahead.Enqueue);

        reached.Order().ShouldBe(["Audit.Chain", "Contracts", "Verify"]);
        foreach (var project in reached.Select(name => SolutionTree.Projects[name]))
        {
            project.Packages.ShouldBeEmpty(project.Path);
            project.Frameworks.ShouldBeEmpty(project.Path);
        }

        foreach (var file in SolutionTree.SourcesOf("verify").Concat(SolutionTree.SourcesOf("services/Audit.Chain")))
            SolutionTree.Read(file).ShouldNotMatch(@"System\.Net|HttpClient|Socket|Process\.Start", file);
    }

    [Fact]
    public void Pure_projects_know_no_web_server_database_or_bus()
    {
        foreach (var project in Pure.Select(name => SolutionTree.Projects[name]))
        {
            project.Sdk.ShouldBe("Microsoft.NET.Sdk", project.Path);
            project.Frameworks.ShouldBeEmpty(project.Path);
            project.Packages.Except(["YamlDotNet"]).ShouldBeEmpty(project.Path);
        }
    }

    [Fact]
    public void Contracts_have_no_behaviour()
    {
        foreach (var file in SolutionTree.SourcesOf("Contracts"))
            SolutionTree.Read(file).ShouldNotMatch(@"\b(async|await|throw|if \(|for \(|foreach|while \()\b", file);
    }

    [Fact]
    public void A_protocol_never_knows_another()
    {
        foreach (var root in new[] { "services/Ingress/Protocols", "services/Ingress.Wire" })
        {
            var protocols = SolutionTree.SourcesOf(root).Select(path => path[(root.Length + 1)..].Split('/')[0]).Where(part => !part.EndsWith(".cs", StringComparison.Ordinal)).Distinct().ToList();
            foreach (var protocol in protocols)
                foreach (var file in SolutionTree.SourcesOf($"{root}/{protocol}"))
                    foreach (var other in protocols.Where(other => other != protocol))
                        SolutionTree.Read(file).ShouldNotContain($"Protocols.{other}", Case.Sensitive, file);
        }
    }

    [Fact]
    public void Each_service_opens_only_its_own_database()
    {
        foreach (var service in Services)
            foreach (var file in SolutionTree.SourcesOf($"services/{service}"))
                foreach (var other in Services.Where(other => other != service).Select(other => $"\"{other.ToLowerInvariant()}db\""))
                    SolutionTree.Read(file).ShouldNotContain(other, Case.Sensitive, file);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = SolutionTree.Read("Hoop.sln").Replace('\\', '/');
        foreach (var project in SolutionTree.Projects.Values) solution.ShouldContain(project.Path);
    }
}
