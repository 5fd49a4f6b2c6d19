using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hoop.ServiceDefaults.ObjectStorage;

/// <summary>
/// Signs a request for S3 and what speaks like it: AWS Signature Version 4, in the Authorization header.
/// <see href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html"/>
/// </summary>
public static class S3Signer
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Adds <c>x-amz-date</c>, <c>x-amz-content-sha256</c> and <c>Authorization</c>. All headers that are there are signed.</summary>
    /// <param name="payloadHash">SHA-256 of the body, lower-case hex.</param>
    public static void Sign(HttpRequestMessage request, string accessKey, string secretKey, string region, string payloadHash, DateTimeOffset now)
    {
        var uri = request.RequestUri!;
        var (time, day) = (now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture), now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
        request.Headers.Remove("x-amz-date");
        request.Headers.Remove("x-amz-content-sha256");
        request.Headers.Add("x-amz-date", time);
        request.Headers.Add("x-amz-content-sha256", payloadHash);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = uri.IsDefaultPort ? uri.Host : uri.Authority };
        foreach (var header in request.Headers)
            headers[header.Key.ToLowerInvariant()] = string.Join(',', header.Value).Trim();

        var signed = string.Join(';', headers.Keys);
        var canonical = string.Join('\n', request.Method.Method, uri.AbsolutePath, Query(uri), string.Concat(headers.Select(h => $"{h.Key}:{h.Value}\n")), signed, payloadHash);
        var scope = $"{day}/{region}/s3/aws4_request";
        var text = $"{Algorithm}\n{time}\n{scope}\n{Hash(canonical)}";
        var key = Mac(Mac(Mac(Mac(Encoding.UTF8.GetBytes("AWS4" + secretKey), day), region), "s3"), "aws4_request");
        request.Headers.TryAddWithoutValidation("Authorization", $"{Algorithm} Credential={accessKey}/{scope},SignedHeaders={signed},Signature={Convert.ToHexStringLower(Mac(key, text))}");
    }

    private static string Query(Uri uri) => string.Join('&', uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(part => part.Contains('=') ? part : part + "=").Order(StringComparer.Ordinal));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
