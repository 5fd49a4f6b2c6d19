using Hoop.Contracts.Documents;

namespace Hoop.Policy.Engine;

/// <summary>Reads and validates <c>hoop.yaml</c>: every error with its line, never only the first.</summary>
public static class HoopYaml
{
    public static HoopYamlResult Read(string yaml) => throw new NotImplementedException();
}

/// <param name="Document">Null when there are errors.</param>
/// <param name="Errors">In line order.</param>
public sealed record HoopYamlResult(HoopDocument? Document, IReadOnlyList<YamlError> Errors);

/// <param name="Line">From 1.</param>
public sealed record YamlError(int Line, int Column, string Message);
