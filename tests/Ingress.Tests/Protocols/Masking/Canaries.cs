using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>Secret values of every type, and everything that would show one: as text, reversed, in hex and base64, hashed, and in the types' binary forms.</summary>
internal static class Canaries
{
    public const string Text = "Zq7Kx9Wm", Number = "739184625", Uuid = "7391846a", Day = "1907-08-2", Address = "7391:8462";

    private static readonly SearchValues<string> Traces = SearchValues.Create([.. All().Distinct()], StringComparison.OrdinalIgnoreCase);

    /// <summary>What of a canary is in these bytes; null when nothing is.</summary>
    public static string? In(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var at = text.AsSpan().IndexOfAny(Traces);
        return at < 0 ? null : text[at..Math.Min(text.Length, at + 40)];
    }

    private static IEnumerable<string> All()
    {
        foreach (var word in new[] { Text, Number, Uuid, Day, Address }) 
            foreach (var form in Forms(word)) yield return form;
        for (var i = 1; i <= 3; i++)
        {
            foreach (var value in new[] { $"{Text}-000{i}", $"{Number}{i}" })
            {
                var bytes = Encoding.ASCII.GetBytes(value);
                yield return Convert.ToHexStringLower(MD5.HashData(bytes));
                yield return Convert.ToHexStringLower(SHA256.HashData(bytes));
            }

            foreach (var form in Binary(i)) yield return Encoding.Latin1.GetString(form);
        }
    }

    private static IEnumerable<string> Forms(string word)
    {
        var bytes = Encoding.ASCII.GetBytes(word);
        yield return word;
        yield return word.Replace("-", "", StringComparison.Ordinal);
        yield return new string([.. word.Reverse()]);
        yield return Convert.ToHexStringLower(bytes);
        // Wherever it falls in the groups of three; the first and last characters belong to its neighbours, too.
        for (var before = 0; before < 3; before++)
        {
            var encoded = Convert.ToBase64String([.. new byte[before], .. bytes]);
            yield return encoded[(before == 0 ? 0 : before + 1)..(encoded.TrimEnd('=').Length - 1)];
        }
    }

    private static IEnumerable<byte[]> Binary(int i)
    {
        var number = long.Parse($"{Number}{i}", CultureInfo.InvariantCulture);
        yield return BigEndian(number)[3..];
        yield return Encoding.ASCII.GetBytes(number.ToString("x", CultureInfo.InvariantCulture));
        // numeric: groups of four decimal digits.
        yield return [0, 73, 9184 >> 8, 9184 & 255];
        yield return [0x73, 0x91, 0x84, 0x6a];
        yield return [0x73, 0x91, 0x84, 0x62];
        var day = DateTime.ParseExact($"{Day}{i}", "yyyy-MM-dd", CultureInfo.InvariantCulture) - new DateTime(2000, 1, 1);
        yield return BigEndian((long)day.TotalDays)[4..];
        yield return BigEndian((long)(day.TotalMicroseconds + TimeSpan.FromHours(12).TotalMicroseconds))[..6];
    }

    private static byte[] BigEndian(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
