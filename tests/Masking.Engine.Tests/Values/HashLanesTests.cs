using System.Security.Cryptography;
using System.Text;
using Hoop.Masking.Engine.Values;
using Shouldly;
using Xunit;

namespace Hoop.Masking.Engine.Tests.Values;

public sealed class HashLanesTests
{
    private readonly HashLanes _lanes = new();
    private readonly byte[] _output = new byte[8 * ValueMask.HashLength];

    [Fact]
    public void Any_number_of_values_under_any_keys_comes_out_as_one_by_one()
    {
        var random = new Random(7);
        for (var round = 0; round < 400; round++)
        {
            var pairs = Enumerable.Range(0, round % 9).Select(i => (Key: Bytes(random, (round + i) % 70), Value: Bytes(random, ((round * 7) + (i * 13)) % 56))).ToList();
            for (var i = 0; i < pairs.Count; i++) _lanes.TryAdd(new KeyedHash(pairs[i].Key), pairs[i].Value, i * ValueMask.HashLength).ShouldBeTrue();
            _lanes.IsFull.ShouldBe(pairs.Count == 8);
            _lanes.Write(_output);
            Encoding.ASCII.GetString(_output, 0, pairs.Count * ValueMask.HashLength).ShouldBe(string.Concat(pairs.Select(pair => Expected(pair.Key, pair.Value))), $"round {round}");
        }
    }

    [Fact]
    public void A_value_that_takes_more_than_one_block_is_not_taken() =>
        _lanes.TryAdd(new KeyedHash([1]), new byte[56], 0).ShouldBeFalse();

    [Fact]
    public void What_was_cut_is_not_written()
    {
        for (var i = 0; i < 4; i++) _lanes.TryAdd(new KeyedHash([1]), [(byte)i], i * ValueMask.HashLength);
        _lanes.Cut(ValueMask.HashLength);
        _lanes.Write(_output);
        Encoding.ASCII.GetString(_output, 0, ValueMask.HashLength).ShouldBe(Expected([1], [0]));
        _output.AsSpan(ValueMask.HashLength).IndexOfAnyExcept((byte)0).ShouldBe(-1);
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Expected(byte[] key, byte[] value) => Convert.ToHexStringLower(HMACSHA256.HashData(key, value))[..ValueMask.HashLength];
}
