using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Hoop.Ingress.Wire.Postgres.Authentication;

/// <summary>What a password comes to under a server's salt, after thousands of hashes (RFC 5802, section 3).</summary>
internal sealed record ScramKeys(byte[] Client, byte[] Server)
{
    internal static ScramKeys Derive(byte[] password, byte[] salt, int iterations)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, 32);
        return new(HMACSHA256.HashData(salted, "Client Key"u8), HMACSHA256.HashData(salted, "Server Key"u8));
    }
}

/// <summary>
/// Keys of the log-ins before, as RFC 5802 lets a client keep them: a server's salt stays as long as its password, and the hashes take
/// a millisecond of every log-in. Passwords themselves are not kept. Bounded, thread-safe.
/// </summary>
public sealed class ScramKeyCache
{
    private const int Most = 256;

    private readonly byte[] ours = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, ScramKeys> known = new();

    /// <summary>The first time elsewhere: a session's own loop serves others too.</summary>
    internal async ValueTask<ScramKeys> FindAsync(byte[] password, byte[] salt, int iterations)
    {
        var name = NameOf(password, salt, iterations);
        if (known.TryGetValue(name, out var keys)) return keys;
        keys = await Task.Run(() => ScramKeys.Derive(password, salt, iterations));
        // A server with a new salt each time costs nobody but its own sessions.
        if (known.Count >= Most) known.Clear();
        return known[name] = keys;
    }

    private string NameOf(byte[] password, byte[] salt, int iterations)
    {
        Span<byte> lengths = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(lengths, iterations);
        BinaryPrimitives.WriteInt32BigEndian(lengths[4..], salt.Length);
        return Convert.ToHexString(HMACSHA256.HashData(ours, (byte[])[.. lengths, .. salt, .. password]));
    }
}
