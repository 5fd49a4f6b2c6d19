namespace Hoop.Masking.Engine.Detectors;

/// <summary>
/// A secret by its name: <c>password=…</c>, <c>"api_key": "…"</c>, <c>Authorization: Bearer …</c>, and the password in
/// <c>scheme://user:password@host</c>. The finding is the value alone.
/// </summary>
internal static class Credential
{
    private const int MaxUserInfo = 1024;

    /// <param name="at">Where the <c>=</c> or <c>:</c> is.</param>
    public static bool TryMatch(ReadOnlySpan<byte> text, int at, out int start, out int end)
    {
        (start, end) = (at, at);
        if (at + 1 >= text.Length)
            return false;
        if (text[at] == (byte)':' && text[at..].StartsWith("://"u8))
            return TryUserInfo(text, at + 3, out start, out end);
        if (text[at + 1] == text[at])
            return false;
        var name = CredentialName.Before(text, at);
        return name != CredentialNameKind.None && CredentialValue.TryMatch(text, at, name, out start, out end);
    }

    private static bool TryUserInfo(ReadOnlySpan<byte> text, int from, out int start, out int end)
    {
        (start, end) = (-1, -1);
        var limit = Math.Min(text.Length, from + MaxUserInfo);
        for (var i = from; i < limit; i++)
        {
            var b = text[i];
            if (b == (byte)':' && start < 0)
                start = i + 1;
            else if (b == (byte)'@' && start > 0)
                end = i;
            else if (b <= (byte)' ' || b is (byte)'/' or (byte)'?' or (byte)'#' or (byte)'"' or (byte)'\'' or (byte)'<' or (byte)'>' or (byte)'\\' or (byte)'{' or (byte)'}')
                break;
        }
        return start > 0 && end > start && !IsPlaceholder(text[start..end]);
    }

    public static bool IsPlaceholder(ReadOnlySpan<byte> value) => value[0] switch
    {
        (byte)'*' => value.IndexOfAnyExcept((byte)'*') < 0,
        (byte)'$' => value.Length > 1 && (value[1] is (byte)'{' or (byte)'(' || value[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0),
        (byte)'%' => value.Length > 1 && value[1] is (byte)'s' or (byte)'(',
        (byte)'<' => value[^1] == (byte)'>',
        (byte)'?' => value.Length == 1,
        (byte)'{' or (byte)'[' => true,
        _ => false,
    };
}
