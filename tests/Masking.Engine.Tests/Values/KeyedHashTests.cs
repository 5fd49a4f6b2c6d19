using System.Security.Cryptography;
using Hoop.Masking.Engine.Values;
using Shouldly;
using Xunit;

namespace Hoop.Masking.Engine.Tests.Values;

public sealed class KeyedHashTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void It_is_HMAC_SHA256_for_values_of_every_length(int keyLength)
    {
        var random = new Random(keyLength);
        var (key, value, mac) = (new byte[keyLength], new byte[1200], new byte[KeyedHash.Size]);
        random.NextBytes(key);
        random.NextBytes(value);
        var hash = new KeyedHash(key);
        for (var length = 0; length <= value.Length; length++)
        {
            hash.Write(value.AsSpan(0, length), mac);
            mac.ShouldBe(HMACSHA256.HashData(key, value.AsSpan(0, length)), $"{length} bytes");
        }
    }

    // RFC 4231, test case 2.
    [Fact]
    public void It_gives_the_published_answer()
    {
        var mac = new byte[KeyedHash.Size];
        new KeyedHash("Jefe"u8.ToArray()).Write("what do ya want for nothing?"u8, mac);
        Convert.ToHexStringLower(mac).ShouldBe("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
