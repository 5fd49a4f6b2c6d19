using System.Xml;
using System.Xml.Linq;

namespace Hoop.ServiceDefaults.ObjectStorage;

/// <summary>
/// Why a store refused. Not every one says more than a code: where it does not, what the code means is said here.
/// <see href="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"/>
/// </summary>
/// <param name="Code">Null when the answer is no error of the protocol, such as a proxy's page.</param>
/// <param name="Text">One line for people.</param>
internal sealed record S3Error(string? Code, string Text)
{
    private const int Longest = 300;

    public static async Task<S3Error> OfAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var said = await response.Content.ReadAsStringAsync(cancel);
        if (Parsed(said) is not { } error || Child(error, "Code") is not { Length: > 0 } code)
            return new S3Error(null, OneLine(said));
        var locks = response.RequestMessage?.Headers.Contains(S3Headers.LockMode) == true;
        return new S3Error(code, Child(error, "Message") is { Length: > 0 } message ? OneLine($"{code}: {message}") : Meaning(code, locks) is { } meaning ? $"{code}: {meaning}" : code);
    }

    private static string? Meaning(string code, bool locks) => code switch
    {
        "AccessDenied" => "the access key has no right to this (without s3:ListBucket it may not know either that an object is missing)",
        "InvalidAccessKeyId" => "the store does not know the access key",
        "InvalidRequest" when locks => "the bucket may have no Object Lock, which is enabled when a bucket is made",
        "NoSuchBucket" => "there is no such bucket",
        "RequestTimeTooSkewed" => "this machine's clock and the store's differ too much",
        "SignatureDoesNotMatch" => "the secret key or the region is not the store's",
        _ => null,
    };

    private static XElement? Parsed(string said)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(said), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            return XDocument.Load(reader).Root is { Name.LocalName: "Error" } error ? error : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static string? Child(XElement error, string name) => error.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value;

    private static string OneLine(string text) => (text.Length > Longest ? text[..Longest] : text).ReplaceLineEndings(" ").Trim();
}
