namespace Hoop.Masking.Engine.Detectors.Ids;

/// <summary>The check digits of national numbers; each takes the bare digits, the check digits last.</summary>
internal static class CheckDigits
{
    private static ReadOnlySpan<byte> VerhoeffProduct =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 0, 6, 7, 8, 9, 5, 2, 3, 4, 0, 1, 7, 8, 9, 5, 6, 3, 4, 0, 1, 2, 8, 9, 5, 6, 7, 4, 0, 1, 2, 3, 9, 5, 6, 7, 8,
        5, 9, 8, 7, 6, 0, 4, 3, 2, 1, 6, 5, 9, 8, 7, 1, 0, 4, 3, 2, 7, 6, 5, 9, 8, 2, 1, 0, 4, 3, 8, 7, 6, 5, 9, 3, 2, 1, 0, 4, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
    ];

    private static ReadOnlySpan<byte> VerhoeffPermutation =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 5, 7, 6, 2, 8, 3, 0, 9, 4, 5, 8, 0, 3, 7, 9, 6, 1, 4, 2, 8, 9, 1, 6, 0, 4, 3, 5, 2, 7,
        9, 4, 5, 3, 1, 2, 6, 8, 7, 0, 4, 2, 8, 6, 5, 7, 3, 9, 0, 1, 2, 7, 9, 3, 8, 0, 6, 4, 1, 5, 7, 0, 4, 6, 9, 1, 3, 2, 5, 8,
    ];

    /// <summary>NL burgerservicenummer: the "eleven test".</summary>
    public static bool Bsn(ReadOnlySpan<byte> d) => !Same(d) && (Sum(d[..8], [9, 8, 7, 6, 5, 4, 3, 2]) - Digit(d, 8)) % 11 == 0;

    /// <summary>CA social insurance number: Luhn; 0 and 8 are not given out.</summary>
    public static bool Sin(ReadOnlySpan<byte> d) => d[0] is not ((byte)'0' or (byte)'8') && Luhn(d);

    /// <summary>UK NHS number: modulo 11.</summary>
    public static bool Nhs(ReadOnlySpan<byte> d) => !Same(d) && (11 - Sum(d[..9], [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 == Digit(d, 9);

    /// <summary>PL PESEL: a date of birth (the month carries the century), then modulo 10.</summary>
    public static bool Pesel(ReadOnlySpan<byte> d) =>
        Ascii.Number(d.Slice(2, 2)) % 20 is >= 1 and <= 12 && Ascii.Number(d.Slice(4, 2)) is >= 1 and <= 31
        && (10 - Sum(d[..10], [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10 == Digit(d, 10);

    /// <summary>BR CPF.</summary>
    public static bool Cpf(ReadOnlySpan<byte> d) =>
        !Same(d) && Brazilian(Sum(d[..9], [10, 9, 8, 7, 6, 5, 4, 3, 2])) == Digit(d, 9) && Brazilian(Sum(d[..10], [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) == Digit(d, 10);

    /// <summary>BR CNPJ.</summary>
    public static bool Cnpj(ReadOnlySpan<byte> d) =>
        !Same(d) && Brazilian(Sum(d[..12], [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) == Digit(d, 12)
        && Brazilian(Sum(d[..13], [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) == Digit(d, 13);

    /// <summary>DE tax identification number: of ten digits one or two repeat; ISO 7064 modulo 11, 10.</summary>
    public static bool SteuerId(ReadOnlySpan<byte> d)
    {
        var (product, seen) = (10, 0);
        foreach (var digit in d[..10])
        {
            seen |= 1 << (digit - '0');
            var sum = (digit - '0' + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
        return d[0] != (byte)'0' && int.PopCount(seen) is 8 or 9 && (11 - product) % 10 == Digit(d, 10);
    }

    /// <summary>IN Aadhaar: Verhoeff.</summary>
    public static bool Aadhaar(ReadOnlySpan<byte> d)
    {
        var check = 0;
        for (var i = 0; i < d.Length; i++)
            check = VerhoeffProduct[check * 10 + VerhoeffPermutation[i % 8 * 10 + Digit(d, d.Length - 1 - i)]];
        return check == 0 && d[0] >= (byte)'2' && !Same(d);
    }

    /// <summary>FR numéro de sécurité sociale: sex, year, month, place, order, and 97 minus the rest modulo 97.</summary>
    public static bool Nir(ReadOnlySpan<byte> d)
    {
        var number = 0L;
        foreach (var digit in d[..13]) number = number * 10 + digit - '0';
        return d[0] is (byte)'1' or (byte)'2' or (byte)'3' or (byte)'4' or (byte)'7' or (byte)'8'
            && Ascii.Number(d.Slice(3, 2)) is >= 1 and <= 12 or >= 20 and <= 42
            && 97 - number % 97 == Ascii.Number(d[13..]);
    }

    public static bool Luhn(ReadOnlySpan<byte> d)
    {
        var sum = 0;
        for (var i = 0; i < d.Length; i++)
        {
            var digit = Digit(d, d.Length - 1 - i);
            var doubled = digit * 2;
            sum += (i & 1) == 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
        }
        return sum % 10 == 0;
    }

    private static int Brazilian(int sum) => sum % 11 < 2 ? 0 : 11 - sum % 11;

    private static int Sum(ReadOnlySpan<byte> digits, ReadOnlySpan<byte> weights)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++) sum += (digits[i] - '0') * weights[i];
        return sum;
    }

    private static int Digit(ReadOnlySpan<byte> digits, int at) => digits[at] - '0';

    /// <summary>000…, 111…: they pass every weighted sum and are given to nobody.</summary>
    private static bool Same(ReadOnlySpan<byte> digits) => digits.IndexOfAnyExcept(digits[0]) < 0;
}
