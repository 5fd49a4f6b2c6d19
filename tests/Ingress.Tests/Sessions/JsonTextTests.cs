using System.Text;
using System.Text.Json;
using Hoop.Audit.Chain;
using Hoop.Ingress.Sessions;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Sessions;

public class JsonTextTests
{
    public static TheoryData<string> Texts =>
    [
        .. (string[])["", "select 1", "\"\\/", "a\nb\r\tc\0d\u007f\u0085\u2028\u2029", "é€😀", "<script>&'+", "\ud800 alone \udc00",
        new string('é', 5000), new string('x', 4095) + "é\"\ud83dy", string.Concat(Enumerable.Repeat("😀\n", 3000))],
    ];

    [Theory]
    [MemberData(nameof(Texts), DisableDiscoveryEnumeration = true)]
    public void Any_text_is_one_json_string_on_one_line(string text)
    {
        // What is no text in Unicode becomes its replacement character.
        var expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        foreach (var json in (string[])[Written(buffer => buffer.Text(text)), Written(buffer => buffer.Text(Encoding.UTF8.GetBytes(text)))])
        {
            JsonSerializer.Deserialize<string>(json).ShouldBe(expected);
            json.ShouldNotContain("\n");
            json.ShouldNotContain("\r");
        }
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "0.001")]
    [InlineData(120, "0.12")]
    [InlineData(1000, "1")]
    [InlineData(1_234_567, "1234.567")]
    [InlineData(60_000_500, "60000.5")]
    public void A_duration_is_written_in_milliseconds(long microseconds, string json) =>
        Written(buffer => buffer.Milliseconds(TimeSpan.FromMicroseconds(microseconds))).ShouldBe(json);

    [Fact]
    public void Items_that_repeat_are_listed_once() =>
        Written(buffer => buffer.Distinct<string>(["select", "insert", "select"], item => item)).ShouldBe("""["select","insert"]""");

    private static string Written(Action<EventBuffer> write)
    {
        var buffer = new EventBuffer();
        buffer.Begin("s1", 0, "k", DateTimeOffset.UnixEpoch);
        var start = buffer.Length;
        write(buffer);
        return Encoding.UTF8.GetString(buffer.Since(start));
    }
}
