using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests;

public class EventPayloadTests
{
    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"text":"a\nb","n":[1,{}]}""", true)]
    [InlineData("{ }", true)]
    [InlineData("""{"text":"\ud83d\ude00 and \\ud83d"}""", true)]
    [InlineData("""{"text":"\ud83d"}""", false)]
    [InlineData("""{"text":"\uDE00\uD83D"}""", false)]
    [InlineData("""{"a":[{"\ud83d!":1}]}""", false)]
    [InlineData("", false)]
    [InlineData("[]", false)]
    [InlineData("1", false)]
    [InlineData(" {}", false)]
    [InlineData("{} ", false)]
    [InlineData("{}{}", false)]
    [InlineData("{\n}", false)]
    [InlineData("{\r}", false)]
    [InlineData("""{"a":}""", false)]
    [InlineData("""{"a":1""", false)]
    public void A_payload_is_one_object_on_one_line(string payload, bool valid) => EventPayload.IsValid(payload).ShouldBe(valid);
}
