using System.Globalization;
using System.Text;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Protocols.Postgres;

/// <summary>
/// Where a database's encoding is not UTF8, its server cuts names at 63 bytes of that encoding and folds letters by its locale: two names that are one to us may be two
/// to it, and the other way round. Such names are refused. Strings and comments may hold anything.
/// </summary>
internal static class ServerNames
{
    /// <summary>Bytes of a character in any encoding that a server may have.</summary>
    private const int Widest = 4;

    private static readonly HashSet<string> MultiByte = ["EUC_JP", "EUC_CN", "EUC_KR", "EUC_TW", "EUC_JIS_2004", "MULE_INTERNAL"];

    /// <summary>Why a statement cannot be read as the server would; null: it can.</summary>
    /// <param name="encoding">The database's, as the server reports it.</param>
    public static string? Problem(string encoding, string sql)
    {
        if (Ascii.IsValid(sql) && !sql.Contains('&', StringComparison.Ordinal)) return null;
        foreach (var token in SqlTokens.Of(sql) ?? [])
        {
            if (token.Kind is not (SqlTokenKind.Word or SqlTokenKind.QuotedName)) continue;
            if (Differs(encoding, token.Of(sql), token.Kind == SqlTokenKind.QuotedName))
                return $"the database's encoding is {encoding}: a name with letters outside of ASCII must be short and in double quotes here";
        }

        return null;
    }

    /// <summary>Whether the first names of a message hold more than ASCII.</summary>
    public static bool AreAscii(ReadOnlySpan<byte> body, int names)
    {
        for (; names > 0; names--)
        {
            var end = body.IndexOf((byte)0);
            if (end < 0) return true;
            if (!Ascii.IsValid(body[..end])) return false;
            body = body[(end + 1)..];
        }

        return true;
    }

    private static bool Differs(string encoding, ReadOnlySpan<char> name, bool quoted)
    {
        if (quoted && name[0] != '"') return true;
        if (Ascii.IsValid(name)) return false;
        if (MultiByte.Contains(encoding)) return Width(name) > NameLimit.Bytes || !IsOfLetters(name);
        return Encoding.UTF8.GetByteCount(name) > NameLimit.Bytes + (quoted ? 2 : 0) || !quoted && (encoding == "SQL_ASCII" || HasCapitals(name));
    }

    private static int Width(ReadOnlySpan<char> name)
    {
        var width = 0;
        foreach (var rune in name.EnumerateRunes()) width += rune.IsAscii ? 1 : Widest;
        return width;
    }

    // Of signs there are some that become one: ¦ and ￤ in EUC_JP.
    private static bool IsOfLetters(ReadOnlySpan<char> name)
    {
        foreach (var rune in name.EnumerateRunes())
            if (!rune.IsAscii && !Rune.IsLetterOrDigit(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
                return false;
        return true;
    }

    private static bool HasCapitals(ReadOnlySpan<char> name)
    {
        foreach (var rune in name.EnumerateRunes())
            if (!rune.IsAscii && (Rune.IsUpper(rune) || Rune.ToLowerInvariant(rune) != rune))
                return true;
        return false;
    }
}
