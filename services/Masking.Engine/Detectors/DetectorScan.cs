using System.Buffers;

namespace Hoop.Masking.Engine.Detectors;

/// <summary>
/// Hops from one anchor to the next (a digit, <c>@</c>, the rare letter of a key's prefix) and looks around it. Anchors are
/// chosen so that text without findings is crossed by vector instructions; what is read around each is bounded, so hostile text costs no more.
/// </summary>
internal sealed class DetectorScan
{
    private readonly SearchValues<byte> anchors;
    private readonly bool cards, socials, emails, phones, ibans, secrets, nationals, passports, addresses;

    public DetectorScan(Func<DetectorKind, bool> enabled)
    {
        cards = enabled(DetectorKind.CreditCard);
        socials = enabled(DetectorKind.Ssn);
        emails = enabled(DetectorKind.Email);
        phones = enabled(DetectorKind.Phone);
        ibans = enabled(DetectorKind.Iban);
        secrets = enabled(DetectorKind.SecretKey);
        nationals = enabled(DetectorKind.NationalId);
        passports = enabled(DetectorKind.Passport);
        addresses = enabled(DetectorKind.IpAddress);
        List<byte> bytes = [];
        if (cards || socials || phones || ibans || nationals || passports || addresses)
            bytes.AddRange("0123456789"u8);
        if (emails)
            bytes.AddRange("@"u8);
        if (phones)
            bytes.AddRange("+"u8);
        if (secrets)
            bytes.AddRange("=:_-KSzJ'$"u8);
        if (passports)
            bytes.AddRange("<"u8);
        if (addresses)
            bytes.AddRange(":"u8);
        anchors = SearchValues.Create(bytes.ToArray());
    }

    /// <summary>The first finding that begins at <paramref name="floor"/> or later.</summary>
    public bool TryFind(ReadOnlySpan<byte> text, int floor, out Finding finding)
    {
        for (var at = floor; ; at++)
        {
            var hop = text[at..].IndexOfAny(anchors);
            if (hop < 0)
                break;
            at += hop;
            if (Ascii.IsDigit(text[at]))
            {
                var run = Ascii.DigitRun(text, at);
                if (TryDigits(text, at, run, floor, out finding))
                    return true;
                at += run - 1;
            }
            else if (TrySign(text, at, floor, out finding))
                return true;
            if (at + 1 >= text.Length)
                break;
        }
        finding = default;
        return false;
    }

    private bool TryDigits(ReadOnlySpan<byte> text, int at, int run, int floor, out Finding finding)
    {
        if (cards && CreditCard.TryMatch(text, at, run, out var end))
            finding = new(DetectorKind.CreditCard, at, end);
        else if (ibans && Iban.TryMatch(text, at, floor, out var start, out end))
            finding = new(DetectorKind.Iban, start, end);
        else if (socials && SocialSecurity.TryMatch(text, at, run, out end))
            finding = new(DetectorKind.Ssn, at, end);
        else if (nationals && Ids.NationalId.TryMatch(text, at, run, floor, out start, out end))
            finding = new(DetectorKind.NationalId, start, end);
        else if (passports && run < 10 && Passport.TryMatchNumber(text, at, floor, out start, out end))
            finding = new(DetectorKind.Passport, start, end);
        else if (addresses && IpAddress.TryMatch4(text, at, run, out end))
            finding = new(DetectorKind.IpAddress, at, end);
        else if (phones && run is 1 or 3 or 4 && Phone.TryNorthAmerican(text, at, run, floor, out start, out end))
            finding = new(DetectorKind.Phone, start, end);
        else
            finding = default;
        return finding.End > 0;
    }

    private bool TrySign(ReadOnlySpan<byte> text, int at, int floor, out Finding finding)
    {
        finding = default;
        int start, end;
        switch (text[at])
        {
            case (byte)'@':
                if (Email.TryMatch(text, at, floor, out start, out end))
                    finding = new(DetectorKind.Email, start, end);
                break;
            case (byte)'+':
                if (Phone.TryInternational(text, at, out end))
                    finding = new(DetectorKind.Phone, at, end);
                break;
            case (byte)'<' when passports:
                if (Passport.TryMatchZone(text, at, floor, out start, out end))
                    finding = new(DetectorKind.Passport, start, end);
                break;
            case (byte)':' when addresses && IpAddress.TryMatch6(text, at, floor, out start, out end):
                finding = new(DetectorKind.IpAddress, start, end);
                break;
            case (byte)'=' or (byte)':':
                if (secrets && Credential.TryMatch(text, at, out start, out end))
                    finding = new(DetectorKind.SecretKey, start, end);
                break;
            case (byte)'\'' or (byte)'$':
                if (secrets && CredentialClause.TryMatch(text, at, out start, out end))
                    finding = new(DetectorKind.SecretKey, start, end);
                break;
            default:
                if (SecretToken.TryMatch(text, at, floor, out start, out end))
                    finding = new(DetectorKind.SecretKey, start, end);
                break;
        }
        return finding.End > 0;
    }
}
