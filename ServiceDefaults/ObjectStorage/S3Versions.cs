using System.Xml;
using System.Xml.Linq;

namespace Hoop.ServiceDefaults.ObjectStorage;

/// <summary>
/// An answer to ListObjectVersions. A bucket with Object Lock keeps versions: an object is gone when none of them is left, and one of its own is called <c>null</c>
/// where versions are not kept.
/// </summary>
/// <param name="Versions">Those of exactly one object, delete markers among them.</param>
/// <param name="Next">What a request for the rest adds to its query; null when this is all.</param>
internal sealed record S3Versions(IReadOnlyList<string> Versions, string? Next)
{
    /// <exception cref="HttpRequestException">The answer is something else.</exception>
    public static S3Versions Of(string key, Stream answer)
    {
        try
        {
            using var reader = XmlReader.Create(answer, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            var list = XDocument.Load(reader).Root!;
            return new S3Versions(
                [.. list.Elements().Where(e => e.Name.LocalName is "Version" or "DeleteMarker" && Child(e, "Key") == key).Select(e => Child(e, "VersionId") ?? "null")],
                Child(list, "IsTruncated") == "true" ? $"&key-marker={Escaped(list, "NextKeyMarker")}&version-id-marker={Escaped(list, "NextVersionIdMarker")}" : null);
        }
        catch (XmlException e)
        {
            throw new HttpRequestException($"the object store did not list the versions of {key}: {e.Message}", e);
        }
    }

    private static string Escaped(XElement list, string name) => Uri.EscapeDataString(Child(list, name) ?? "");

    private static string? Child(XElement element, string name) => element.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value;
}
