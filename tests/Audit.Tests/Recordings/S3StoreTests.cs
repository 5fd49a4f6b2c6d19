using System.Net;
using System.Security.Cryptography;
using Hoop.ServiceDefaults.ObjectStorage;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests.Recordings;

public sealed class S3StoreTests
{
    [Fact]
    public void Requests_are_signed_as_the_documentation_of_the_protocol_signs_them()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://examplebucket.s3.amazonaws.com/test.txt");
        request.Headers.TryAddWithoutValidation("Range", "bytes=0-9");
        S3Signer.Sign(request, "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1", Convert.ToHexStringLower(SHA256.HashData([])), DateTimeOffset.Parse("2013-05-24T00:00:00Z"));

        string.Join(' ', request.Headers.GetValues("Authorization")).ShouldBe(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    [Theory]
    [InlineData("http://s3.example.com", "b", "no https URL")]
    [InlineData("https://s3.example.com", "", "Bucket is missing")]
    public void A_store_that_is_not_said_right_is_one_clear_line(string endpoint, string bucket, string problem) =>
        Should.Throw<InvalidOperationException>(() => S3Options.From(new ConfigurationBuilder().AddInMemoryCollection(
            [new("S3:Endpoint", endpoint), new("S3:Bucket", bucket), new("S3:AccessKey", "a"), new("S3:SecretKey", "s")]).Build().GetSection("S3"))).Message.ShouldContain(problem);

    [Theory]
    [InlineData("<Error><Code>SlowDown</Code><Message>Please reduce\nyour request rate.</Message><RequestId>1</RequestId></Error>", "SlowDown: Please reduce your request rate.")]
    [InlineData("<Error><Code>NoSuchBucket</Code><Message></Message></Error>", "NoSuchBucket: there is no such bucket")]
    [InlineData("<Error><Code>SomethingNew</Code></Error>", "SomethingNew")]
    [InlineData("<html>\n<body>Bad gateway", "<html> <body>Bad gateway")]
    [InlineData("", "")]
    public async Task What_a_store_or_a_proxy_says_is_one_line(string answer, string line)
    {
        using var http = new HttpClient(new Answers(answer));
        var store = new S3Store(new S3Options(new Uri("https://s3.example.com"), "b", "r", "a", "s", null, 0), http, TimeProvider.System);

        (await Should.ThrowAsync<HttpRequestException>(() => store.PutAsync("k", [1], "text/plain", CancellationToken.None))).Message.ShouldBe($"the object store refused k with HTTP 502: {line}");
    }

    private sealed class Answers(string text) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadGateway) { Content = new StringContent(text), RequestMessage = request });
    }
}
