namespace Hoop.Masking.Engine.Detectors;

internal enum DetectorKind { CreditCard, Ssn, Email, Phone, Iban, SecretKey, NationalId, Passport, IpAddress }

/// <summary>The detectors' names in documents.</summary>
internal static class DetectorKinds
{
    public const int Count = (int)DetectorKind.IpAddress + 1;

    private static readonly string[] Names = ["credit-card", "ssn", "email", "phone", "iban", "secret-key", "national-id", "passport", "ip-address"];

    public static string Known => string.Join(", ", Names);

    public static bool TryParse(string name, out DetectorKind kind)
    {
        kind = (DetectorKind)Array.IndexOf(Names, name);
        return kind >= 0;
    }
}

/// <summary>A sensitive value at <c>[Start, End)</c> of the text.</summary>
internal readonly record struct Finding(DetectorKind Kind, int Start, int End);
