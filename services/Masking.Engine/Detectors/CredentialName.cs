using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors;

internal enum CredentialNameKind { None, Secret, Pwd, Authorization }

/// <summary>Reads backwards from <c>=</c> or <c>:</c> to the name before it.</summary>
internal static class CredentialName
{
    private const int MaxName = 40;

    private static readonly byte[][] Endings =
    [
        .. new[]
        {
            "password", "passwd", "passphrase", "secret", "secretkey", "apikey", "accesskey", "privatekey",
            "accesstoken", "refreshtoken", "idtoken", "authtoken", "apitoken", "sessiontoken",
        }.Select(name => System.Text.Encoding.ASCII.GetBytes(name)),
    ];

    public static CredentialNameKind Before(ReadOnlySpan<byte> text, int at)
    {
        var end = at;
        while (end > 0 && at - end < 2 && text[end - 1] == (byte)' ')
            end--;
        if (end > 0 && text[end - 1] is (byte)'"' or (byte)'\'' or (byte)'`')
        {
            // Escaped (\") or doubled ("") inside of another quoted text.
            end--;
            while (end > 0 && text[end - 1] is (byte)'\\' or (byte)'"' or (byte)'\'')
                end--;
        }
        // Almost every name ends here: its last letter is not one of theirs.
        if (end == 0 || Lower(text[end - 1]) is not ((byte)'d' or (byte)'e' or (byte)'t' or (byte)'y' or (byte)'n'))
            return CredentialNameKind.None;
        Span<byte> name = stackalloc byte[MaxName];
        var from = MaxName;
        for (; end > 0 && from > 0 && (IsAlphanumeric(text[end - 1]) || text[end - 1] is (byte)'_' or (byte)'-' or (byte)'.'); end--)
            if (IsAlphanumeric(text[end - 1]))
                name[--from] = Lower(text[end - 1]);
        return Classify(name[from..]);
    }

    private static CredentialNameKind Classify(ReadOnlySpan<byte> name)
    {
        foreach (var ending in Endings)
            if (name.EndsWith(ending))
                return CredentialNameKind.Secret;
        if (name.EndsWith("pwd"u8))
            return CredentialNameKind.Pwd;
        return name.EndsWith("authorization"u8) ? CredentialNameKind.Authorization : CredentialNameKind.None;
    }
}
