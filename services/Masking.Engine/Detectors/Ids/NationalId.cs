using static Hoop.Masking.Engine.Detectors.Ascii;

namespace Hoop.Masking.Engine.Detectors.Ids;

/// <summary>
/// National identity and tax numbers that carry check digits. One check digit lets every tenth order number through, so numbers that look like
/// any other count only after their name; those with a form of their own (<c>ddd.ddd.ddd-dd</c>, a codice fiscale) count anywhere.
/// </summary>
internal static class NationalId
{
    private const int MaxDigits = 15;

    private static readonly byte[][] Bsn = Words.Of("bsn burgerservicenummer sofinummer");
    private static readonly byte[][] Sin = Words.Of("sin insurance nas");
    private static readonly byte[][] Nhs = Words.Of("nhs");
    private static readonly byte[][] Pesel = Words.Of("pesel");
    private static readonly byte[][] Cpf = Words.Of("cpf");
    private static readonly byte[][] Cnpj = Words.Of("cnpj");
    private static readonly byte[][] Steuer = Words.Of("steuer steuerid steuernummer idnr identifikationsnummer tin");
    private static readonly byte[][] Aadhaar = Words.Of("aadhaar aadhar uidai");
    private static readonly byte[][] Nir = Words.Of("nir insee secu sociale");

    /// <param name="run">Length of the digit run at <paramref name="at"/>.</param>
    public static bool TryMatch(ReadOnlySpan<byte> text, int at, int run, int floor, out int start, out int end)
    {
        if (LetteredId.TryMatch(text, at, run, floor, out start, out end))
            return true;
        start = at;
        return StartsWord(text, at) && !ContinuesLeft(text, at) && (run < 5 ? TryGroups(text, at, run, out end) : TryRun(text, at, run, out end));
    }

    private static bool TryRun(ReadOnlySpan<byte> text, int at, int run, out int end)
    {
        end = at + run;
        if (run is < 9 or > MaxDigits || !EndsWord(text, end) || ContinuesRight(text, end))
            return false;
        var digits = text.Slice(at, run);
        return run switch
        {
            9 => CheckDigits.Bsn(digits) && Words.Before(text, at, Bsn) || CheckDigits.Sin(digits) && Words.Before(text, at, Sin),
            10 => CheckDigits.Nhs(digits) && Words.Before(text, at, Nhs),
            11 => CheckDigits.Pesel(digits) && Words.Before(text, at, Pesel) || CheckDigits.Cpf(digits) && Words.Before(text, at, Cpf)
                || CheckDigits.SteuerId(digits) && Words.Before(text, at, Steuer),
            12 => CheckDigits.Aadhaar(digits) && Words.Before(text, at, Aadhaar),
            14 => CheckDigits.Cnpj(digits) && Words.Before(text, at, Cnpj),
            15 => CheckDigits.Nir(digits) && Words.Before(text, at, Nir),
            _ => false,
        };
    }

    private static bool TryGroups(ReadOnlySpan<byte> text, int at, int run, out int end)
    {
        Span<byte> d = stackalloc byte[MaxDigits];
        end = at;
        var separator = at + run < text.Length ? text[at + run] : (byte)0;
        if (separator is not ((byte)' ' or (byte)'-' or (byte)'.'))
            return false;
        return run switch
        {
            1 => DigitGroups.TryRead(text, at, "1_2_2_2_3_3_2"u8, d, out end) && CheckDigits.Nir(d[..15]),
            2 => DigitGroups.TryRead(text, at, "2.3.3/4-2"u8, d, out end) && CheckDigits.Cnpj(d[..14])
                || DigitGroups.TryRead(text, at, "2_3_3_3"u8, d, out end) && CheckDigits.SteuerId(d[..11]) && Words.Before(text, at, Steuer),
            3 => DigitGroups.TryRead(text, at, "3.3.3-2"u8, d, out end) && CheckDigits.Cpf(d[..11])
                || DigitGroups.TryRead(text, at, "3_3_4"u8, d, out end) && CheckDigits.Nhs(d[..10]) && Words.Before(text, at, Nhs)
                || DigitGroups.TryRead(text, at, "3_3_3"u8, d, out end) && CheckDigits.Sin(d[..9]) && Words.Before(text, at, Sin),
            4 => DigitGroups.TryRead(text, at, "4_4_4"u8, d, out end) && CheckDigits.Aadhaar(d[..12]) && Words.Before(text, at, Aadhaar),
            _ => false,
        };
    }
}
