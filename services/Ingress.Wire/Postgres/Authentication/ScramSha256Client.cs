using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hoop.Ingress.Wire.Postgres.Authentication;

/// <summary>
/// The client side of SCRAM-SHA-256, without channel binding (RFC 5802, RFC 7677).
/// The server is not trusted: its iteration count and lengths are bounded, its nonce must extend ours, its signature must be right.
/// </summary>
public sealed class ScramSha256Client
{
    public const string Mechanism = "SCRAM-SHA-256";
    private const int MaxIterations = 1_000_000;
    private const int MaxMessage = 4096;
    private const string NoChannelBinding = "n,,";

    private readonly ScramKeyCache keys;
    private readonly byte[] password;
    private readonly string clientNonce;
    private byte[] serverSignature = [];

    public ScramSha256Client(string password, ScramKeyCache keys) : this(password, keys, Convert.ToBase64String(RandomNumberGenerator.GetBytes(18))) { }

    internal ScramSha256Client(string password, ScramKeyCache keys, string clientNonce)
    {
        this.keys = keys;
        this.password = Encoding.UTF8.GetBytes(Prepare(password));
        this.clientNonce = clientNonce;
    }

    private string FirstBare => $"n=,r={clientNonce}";

    /// <summary>client-first-message. PostgreSQL takes the user from the start-up packet, so the name is empty.</summary>
    public string First() => NoChannelBinding + FirstBare;

    /// <summary>client-final-message, from the server's first.</summary>
    public ValueTask<string> FinalAsync(string serverFirst) => FinalAsync(serverFirst, FirstBare);

    internal async ValueTask<string> FinalAsync(string serverFirst, string firstBare)
    {
        if (serverFirst.Length > MaxMessage) throw new PostgresWireException("SCRAM message too long");
        var parts = serverFirst.Split(',');
        if (parts.Length < 3) throw new PostgresWireException("SCRAM message with missing parts");
        var nonce = Attribute(parts[0], 'r');
        if (!nonce.StartsWith(clientNonce, StringComparison.Ordinal) || nonce.Length == clientNonce.Length)
            throw new PostgresWireException("SCRAM nonce that does not extend ours");
        var salt = Base64(Attribute(parts[1], 's'));
        if (!int.TryParse(Attribute(parts[2], 'i'), NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations is < 1 or > MaxIterations)
            throw new PostgresWireException("SCRAM iteration count out of bounds");

        var withoutProof = $"c={Convert.ToBase64String(Encoding.UTF8.GetBytes(NoChannelBinding))},r={nonce}";
        var message = Encoding.UTF8.GetBytes($"{firstBare},{serverFirst},{withoutProof}");
        var (clientKey, serverKey) = await keys.FindAsync(password, salt, iterations);
        var proof = HMACSHA256.HashData(SHA256.HashData(clientKey), message);
        for (var i = 0; i < proof.Length; i++) proof[i] ^= clientKey[i];
        serverSignature = HMACSHA256.HashData(serverKey, message);
        return $"{withoutProof},p={Convert.ToBase64String(proof)}";
    }

    /// <summary>True when the server proved that it knows the password too.</summary>
    public bool Verify(string serverFinal) =>
        serverSignature.Length > 0 && serverFinal.Length <= MaxMessage
        && CryptographicOperations.FixedTimeEquals(Base64(Attribute(serverFinal.Split(',')[0], 'v')), serverSignature);

    private static string Attribute(string part, char name) =>
        part.Length > 2 && part[0] == name && part[1] == '=' ? part[2..] : throw new PostgresWireException("SCRAM message with a missing attribute");

    private static byte[] Base64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : throw new PostgresWireException("SCRAM message with broken base64");
    }

    // The part of SASLprep (RFC 4013) that PostgreSQL passwords meet; like the server, fall back to the raw text.
    private static string Prepare(string password)
    {
        if (Ascii.IsValid(password)) return password;
        try
        {
            return password.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return password;
        }
    }
}
