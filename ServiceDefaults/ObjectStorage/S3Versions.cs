using System.Xml;
using System.Xml.Linq;

namespace Hoop.ServiceDefaults.ObjectStorage;

/// <summary>
/// The answer to ListObjectVersions. A bucket with Object Lock keeps versions: an object is gone when none of them is left, and one of its own is called <c>null</c>
/// where versions are not kept.
/// </summary>
internal static class S3Versions
{
    /// <summary>The versions of exactly this object, delete markers among them.</summary>
    /// <exception cref="HttpRequestException">The answer is something else.</exception>
    public static List<string> Of(string key, Stream answer)
    {
        try
        {
            using var reader = XmlReader.Create(answer, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            return [.. XDocument.Load(reader).Descendants().Where(e => e.Name.LocalName is "Version" or "DeleteMarker" && Child(e, "Key") == key).Select(e => Child(e, "VersionId") ?? "null")];
        }
        catch (XmlException e)
        {
            throw new HttpRequestException($"the object store did not list the versions of {key}: {e.Message}", e);
        }
    }

    private static string? Child(XElement element, string name) => element.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value;
}
