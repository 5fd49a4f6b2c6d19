using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>Strings that were made of bytes not long ago, so that a statement, name or tag that comes again is not made again. One pump's own.</summary>
internal sealed class RecentTexts
{
    private const int Slots = 32;
    private const int Longest = 512;

    private string?[]? texts;

    /// <summary>Only of pure ASCII, which reads the same in every way.</summary>
    public bool TryFind(ReadOnlySpan<byte> bytes, out string text)
    {
        text = "";
        if (bytes.IsEmpty) return true;
        if (bytes.Length > Longest || texts?[SlotOf(bytes)] is not { } known || !Ascii.Equals(bytes, known)) return false;
        text = known;
        return true;
    }

    public void Keep(ReadOnlySpan<byte> bytes, string text)
    {
        if (bytes.IsEmpty || bytes.Length > Longest || !Ascii.IsValid(bytes)) return;
        (texts ??= new string?[Slots])[SlotOf(bytes)] = text;
    }

    /// <summary>As UTF-8; what is not is replaced.</summary>
    public string Of(ReadOnlySpan<byte> bytes)
    {
        if (TryFind(bytes, out var text)) return text;
        text = Encoding.UTF8.GetString(bytes);
        Keep(bytes, text);
        return text;
    }

    private static uint SlotOf(ReadOnlySpan<byte> bytes)
    {
        var hash = (uint)bytes.Length;
        var words = MemoryMarshal.Cast<byte, uint>(bytes);
        foreach (var word in words) hash = BitOperations.RotateLeft(hash ^ word, 13) * 0x9E3779B1;
        foreach (var rest in bytes[(words.Length * sizeof(uint))..]) hash = (hash ^ rest) * 0x9E3779B1;
        return (hash >> 16) % Slots;
    }
}
