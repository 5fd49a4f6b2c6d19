using System.Text;

namespace Hoop.Audit.Chain;

/// <summary>Texts of which there are few different ones, such as a batch's sessions and kinds: each is made once. Not thread-safe.</summary>
internal sealed class KnownTexts
{
    private const int Longest = 128;

    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> known = new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Longest)
            return Encoding.UTF8.GetString(utf8);
        Span<char> buffer = stackalloc char[Longest];
        var text = buffer[..Encoding.UTF8.GetChars(utf8, buffer)];
        if (known.TryGetValue(text, out var one))
            return one;
        known.Set.Add(one = new string(text));
        return one;
    }
}
