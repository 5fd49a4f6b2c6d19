using System.Security.Cryptography;
using System.Text;
using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Document;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine;

/// <summary>Reads and validates <c>hoop.yaml</c>: every error with its line, never only the first.</summary>
public static class HoopYaml
{
    /// <summary>Never throws for any text.</summary>
    public static HoopYamlResult Read(string yaml)
    {
        var errors = new YamlErrors();
        var document = YamlTree.Read(yaml, errors) is { } root ? DocumentReader.Read(root, errors) : null;
        return errors.Count > 0 || document is null
            ? new HoopYamlResult(null, errors.InLineOrder())
            : new HoopYamlResult(document with { Digest = DigestOf(yaml) }, []);
    }

    /// <summary>SHA-256 of the text, lower-case hex.</summary>
    public static string DigestOf(string yaml) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(yaml)));
}

/// <param name="Document">Null when there are errors.</param>
/// <param name="Errors">In line order.</param>
public sealed record HoopYamlResult(HoopDocument? Document, IReadOnlyList<YamlError> Errors);

/// <param name="Line">From 1.</param>
/// <param name="Message">One line of plain English: where, what is wrong, what would be right. Never holds a value that may be secret.</param>
public sealed record YamlError(int Line, int Column, string Message);
