using System.Xml.Linq;

namespace Hoop.Architecture.Tests;

/// <summary>The repository as text: projects with their references, and source files.</summary>
internal static class SolutionTree
{
    internal static readonly string Root = FindRoot();

    internal static readonly IReadOnlyDictionary<string, Project> Projects =
        Files("*.csproj").Select(Project.Read).ToDictionary(project => project.Name);

    /// <summary>Relative paths with forward slashes; build output, packages and native code left out.</summary>
    internal static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Root, pattern, new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules" or ".local" or ".git"));

    internal static IEnumerable<string> SourcesOf(string folder) => Files("*.cs").Where(path => path.StartsWith(folder + "/", StringComparison.Ordinal));

    internal static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Hoop.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("Hoop.sln is not above the test's directory.");
    }
}

internal sealed record Project(string Name, string Path, IReadOnlyList<string> References, IReadOnlyList<string> Packages, IReadOnlyList<string> Frameworks, string Sdk)
{
    internal static Project Read(string path)
    {
        var xml = XDocument.Parse(SolutionTree.Read(path));
        return new Project(
            System.IO.Path.GetFileNameWithoutExtension(path), path,
            [.. xml.Descendants("ProjectReference").Select(element => System.IO.Path.GetFileNameWithoutExtension(element.Attribute("Include")!.Value.Replace('\\', '/')))],
            [.. xml.Descendants("PackageReference").Select(element => element.Attribute("Include")!.Value)],
            [.. xml.Descendants("FrameworkReference").Select(element => element.Attribute("Include")!.Value)],
            xml.Root!.Attribute("Sdk")?.Value ?? "");
    }
}
