using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Hoop.Testing;
using Shouldly;
using Xunit;
using static Hoop.Masking.Engine.Tests.Masks;

namespace Hoop.Masking.Engine.Tests.Detectors;

public sealed class DetectorProperties
{
    private static readonly DetectorMask All = For(Detector(AllDetectors)).Detectors!;
    private static readonly Config Quiet = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(300);
    private static readonly string[] Secrets =
        ["4111111111111111", "4111 1111 1111 1111", "123-45-6789", "ana@example.com", "+49 30 12345678", "(555) 234-5678", "DE89370400440532013000", "AKIAIOSFODNN7EXAMPLE"];
    private static readonly string[] Fragments =
        ["@", "+", "-", "=", ":", "://", "\\", "\"", "'", "(", ")", "eyJ", "sk-", "ghp_", "-----BEGIN PRIVATE KEY-----", "password", "ssn", "1", "1234", "555", ".", ",", " ", "\n", "é", "\\u0041", "AKIA", "DE89", "{", "}"];

    [Fact]
    public void A_secret_between_spaces_is_always_found()
    {
        var texts = from before in Gen.Elements(Fragments).ListOf()
                    from secret in Gen.Elements(Secrets)
                    from after in Gen.Elements(Fragments).ListOf()
                    select (Text: $"{string.Concat(before)}\n | {secret} | \n{string.Concat(after)}", Secret: secret);
        Prop.ForAll(texts.ToArbitrary(), t => !Rewrite(All, t.Text).Contains($" {t.Secret} ")).Check(Quiet);
    }

    [Fact]
    public void Any_bytes_are_read_without_failing()
    {
        Prop.ForAll(Gen.Elements(Fragments).ListOf().ToArbitrary(), fragments =>
        {
            Rewrite(All, string.Concat(fragments));
            Rewrite(All, string.Concat(fragments), json: true);
        }).Check(Quiet);
        Prop.ForAll<byte[]>(bytes =>
        {
            All.TryRewrite(bytes, new ArrayBufferWriter<byte>());
            All.TryRewriteJson(bytes, new ArrayBufferWriter<byte>());
        }).Check(Quiet);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Json_with_any_strings_and_numbers_stays_json(bool escapesMuch)
    {
        var options = escapesMuch ? JsonSerializerOptions.Default : new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        var values = Gen.OneOf(
            Gen.Elements(Secrets).Select(secret => (object)secret),
            Gen.Elements([.. Fragments, .. Secrets]).ListOf().Select(fragments => (object)string.Concat(fragments)),
            Gen.Constant((object)4111111111111111L),
            Gen.Constant((object)123456789L));
        var names = Gen.OneOf(Gen.Elements("ssn", "password", "note", "phone"), Gen.Elements(Fragments).ListOf().Select(string.Concat));
        var documents = from name in names from value in values select new { name, value };
        Prop.ForAll(documents.ListOf().ToArbitrary(), list =>
        {
            var json = JsonSerializer.Serialize(list.Select(item => new Dictionary<string, object> { [item.name] = item.value }), options);
            using var parsed = JsonDocument.Parse(Rewrite(All, json, json: true));
            return parsed.RootElement.GetArrayLength() == list.Count;
        }).Check(Quiet);
    }

    [Fact]
    public void Text_without_findings_costs_no_memory()
    {
        var text = Encoding.UTF8.GetBytes("Order 1234567 of 2024-01-15 was sent to Berlin; total: 1,299.00 EUR (ref 550e8400-e29b-41d4-a716-446655440000).");
        var output = new ArrayBufferWriter<byte>();
        All.TryRewrite(text, output).ShouldBeFalse();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            All.TryRewrite(text, output);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Theory]
    [InlineData("eyJ")]
    [InlineData("eyJaaaaaaaaaa.")]
    [InlineData("://a:")]
    [InlineData("password=")]
    [InlineData("a@")]
    [InlineData("-----BEGIN ")]
    [InlineData("+1 ")]
    [InlineData("1")]
    [InlineData("1234 ")]
    [InlineData("DE89 ")]
    [InlineData("xoxb-")]
    [InlineData("\"password\": \\\"")]
    public void Hostile_text_is_read_in_time_that_grows_with_its_length(string fragment)
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(fragment, 1_000_000 / fragment.Length)));
        var began = ThreadTime.Now;
        All.TryRewrite(text, new ArrayBufferWriter<byte>(4_000_000));
        (ThreadTime.Now - began).ShouldBeLessThan(TimeSpan.FromSeconds(3));
    }
}
