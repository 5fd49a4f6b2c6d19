using System.Buffers;
using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors;

/// <summary>Reads forward from <c>=</c> or <c>:</c> to the value after it, quoted or not.</summary>
internal static class CredentialValue
{
    private const int MinProse = 6;
    private static readonly SearchValues<byte> Terminators = SearchValues.Create(" \t\r\n\"'`&,;)}]<>|\\"u8);

    public static bool TryMatch(ReadOnlySpan<byte> text, int at, CredentialNameKind name, out int start, out int end)
    {
        start = at + 1;
        if (start < text.Length && text[start] == (byte)'>')
            start++;
        var spaced = SkipSpaces(text, ref start) > 0;
        end = start;
        if (start >= text.Length)
            return false;
        if (TryQuoted(text, ref start, out end))
            return AfterScheme(text, name, ref start, end);
        end = Unquoted(text, start);
        if (name == CredentialNameKind.Authorization)
        {
            // "Bearer" and "Basic" stay, what follows them is the secret.
            if (end >= text.Length || text[end] != (byte)' ')
                return false;
            start = end + 1;
            end = Unquoted(text, start);
            return end - start >= MinProse;
        }
        var value = text[start..end];
        return Counts(name, value) && (text[at] == (byte)'=' && !spaced || value.Length >= MinProse && value.IndexOfAnyInRange((byte)'0', (byte)'9') >= 0);
    }

    /// <summary>The inside of <c>"…"</c>, <c>'…'</c> or, in a string within a string, <c>\"…\"</c> and <c>""…""</c>. A double quote ends each of them, since it may end what is around.</summary>
    private static bool TryQuoted(ReadOnlySpan<byte> text, ref int start, out int end)
    {
        end = start;
        var open = start;
        while (open < text.Length && text[open] == (byte)'\\')
            open++;
        if (open >= text.Length || text[open] is not ((byte)'"' or (byte)'\'' or (byte)'`'))
            return false;
        var nested = open - start;
        if (nested > 0 && (nested & 1) == 0)
            return false;
        var quote = text[open];
        start = end = open + 1;
        if (end + 1 < text.Length && text[end] == quote && IsDoubled(text[end + 1]))
            start = ++end;
        while (end < text.Length && text[end] != quote && text[end] != (byte)'"')
        {
            if (text[end] != (byte)'\\')
                end++;
            else if (nested > 0 && end + nested < text.Length && text[end + nested] == quote)
                break;
            else
                end = Math.Min(text.Length, end + 2);
        }
        return true;
    }

    /// <summary>Two quotes are an empty value, unless a value follows them.</summary>
    private static bool IsDoubled(byte next) => next > (byte)' ' && next is not ((byte)',' or (byte)'}' or (byte)')' or (byte)']' or (byte)';' or (byte)'"');

    private static bool AfterScheme(ReadOnlySpan<byte> text, CredentialNameKind name, ref int start, int end)
    {
        if (end <= start)
            return false;
        if (name == CredentialNameKind.Authorization)
        {
            var space = text[start..end].IndexOf((byte)' ');
            start += space + 1;
        }
        return end > start && Counts(name, text[start..end]);
    }

    /// <summary>Escaped characters belong to the value and stay whole, so that no quote around it loses its escape.</summary>
    private static int Unquoted(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length)
        {
            var stop = text[at..].IndexOfAny(Terminators);
            if (stop < 0)
                return text.Length;
            at += stop;
            if (text[at] != (byte)'\\' || at + 1 >= text.Length || IsEscapeLetter(text, at + 1))
                return at;
            at += 2;
        }
        return at;
    }

    private static bool Counts(CredentialNameKind name, ReadOnlySpan<byte> value) =>
        !value.IsEmpty && !Credential.IsPlaceholder(value) && !IsWord(value)
        && !(name == CredentialNameKind.Pwd && value[0] is (byte)'/' or (byte)'~');

    private static bool IsWord(ReadOnlySpan<byte> value) => Is(value, "null"u8) || Is(value, "none"u8) || Is(value, "true"u8) || Is(value, "false"u8);

    private static bool Is(ReadOnlySpan<byte> value, ReadOnlySpan<byte> word) => System.Text.Ascii.EqualsIgnoreCase(value, word);

    private static int SkipSpaces(ReadOnlySpan<byte> text, ref int at)
    {
        var from = at;
        while (at < text.Length && at - from < 4 && text[at] == (byte)' ')
            at++;
        return at - from;
    }
}
