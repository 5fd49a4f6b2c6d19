using System.Buffers;

namespace Hoop.Audit.Chain;

internal static class Hex
{
    /// <summary>64 zeros: the hash before a session's first event.</summary>
    public static readonly string Zero = new('0', 64);

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether it is a SHA-256 as evidence has it: 64 digits, lower case.</summary>
    public static bool IsHash([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? hex) => hex is { Length: 64 } && hex.AsSpan().IndexOfAnyExcept(Digits) < 0;

    /// <summary>Lower-case hex of exactly <paramref name="destination"/>'s length; anything else is a caller's mistake.</summary>
    public static void Decode(string hex, Span<byte> destination)
    {
        if (hex.Length != destination.Length * 2 || Convert.FromHexString(hex, destination, out _, out _) != OperationStatus.Done)
            throw new FormatException($"A hash is {destination.Length * 2} hex digits, not '{(hex.Length > 80 ? hex[..80] : hex)}'.");
    }
}
