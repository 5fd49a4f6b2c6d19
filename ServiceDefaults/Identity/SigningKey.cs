using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Hoop.ServiceDefaults.Identity;

/// <summary>A public key of a JWKS (RFC 7517) with the algorithms it may verify (RFC 7518). Never a symmetric key, never <c>none</c>.</summary>
internal sealed class SigningKey
{
    private readonly RSA? rsa;
    private readonly ECDsa? ecdsa;
    private readonly string? algorithm;
    private readonly int curveBits;

    private SigningKey(string? id, string? algorithm, RSA? rsa, ECDsa? ecdsa) =>
        (Id, this.algorithm, this.rsa, this.ecdsa, curveBits) = (id, algorithm, rsa, ecdsa, ecdsa?.KeySize ?? 0);

    internal string? Id { get; }

    /// <summary>Null for keys of a kind or strength that is not used.</summary>
    internal static SigningKey? TryRead(JsonElement jwk)
    {
        if (JsonWebToken.Text(jwk, "use") is not (null or "sig")) return null;
        var id = JsonWebToken.Text(jwk, "kid");
        var algorithm = JsonWebToken.Text(jwk, "alg");
        try
        {
            return JsonWebToken.Text(jwk, "kty") switch
            {
                "RSA" => ReadRsa(jwk) is { KeySize: >= 2048 } rsa ? new SigningKey(id, algorithm, rsa, null) : null,
                "EC" => ReadEc(jwk) is { } ec ? new SigningKey(id, algorithm, null, ec) : null,
                _ => null,
            };
        }
        catch (Exception e) when (e is CryptographicException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    internal bool Verify(string algorithmOfToken, byte[] data, byte[] signature)
    {
        if (algorithm is not null && algorithm != algorithmOfToken) return false;
        var hash = algorithmOfToken[2..] switch
        {
            "256" => HashAlgorithmName.SHA256,
            "384" => HashAlgorithmName.SHA384,
            "512" => HashAlgorithmName.SHA512,
            _ => default,
        };
        if (hash == default) return false;
        return algorithmOfToken[..2] switch
        {
            "RS" when rsa is not null => rsa.VerifyData(data, signature, hash, RSASignaturePadding.Pkcs1),
            "PS" when rsa is not null => rsa.VerifyData(data, signature, hash, RSASignaturePadding.Pss),
            "ES" when ecdsa is not null && CurveFits(algorithmOfToken) => ecdsa.VerifyData(data, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
            _ => false,
        };
    }

    private bool CurveFits(string algorithmOfToken) => (algorithmOfToken, curveBits) is ("ES256", 256) or ("ES384", 384) or ("ES512", 521);

    private static RSA ReadRsa(JsonElement jwk) =>
        RSA.Create(new RSAParameters { Modulus = Bytes(jwk, "n"), Exponent = Bytes(jwk, "e") });

    private static ECDsa? ReadEc(JsonElement jwk)
    {
        ECCurve? curve = JsonWebToken.Text(jwk, "crv") switch
        {
            "P-256" => ECCurve.NamedCurves.nistP256,
            "P-384" => ECCurve.NamedCurves.nistP384,
            "P-521" => ECCurve.NamedCurves.nistP521,
            _ => null,
        };
        return curve is null ? null : ECDsa.Create(new ECParameters { Curve = curve.Value, Q = new ECPoint { X = Bytes(jwk, "x"), Y = Bytes(jwk, "y") } });
    }

    private static byte[] Bytes(JsonElement jwk, string name) => Base64Url.DecodeFromChars(jwk.GetProperty(name).GetString());
}
