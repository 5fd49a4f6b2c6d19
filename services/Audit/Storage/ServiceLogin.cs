using System.Security.Cryptography;
using System.Text;

namespace Hoop.Audit.Storage;

/// <summary>
/// The role that the service logs in as: a member of the writers and nothing else. The password reaches the server as its SCRAM-SHA-256
/// verifier (RFC 5803), so that no log of statements has it.
/// </summary>
internal static class ServiceLogin
{
    private const int Iterations = 4096;
    private const int SaltLength = 16;

    /// <summary>A statement that makes the role where there is none; one that stands keeps its password.</summary>
    public static string Create(string name, string password)
    {
        var (role, verifier) = ("\"" + name.Replace("\"", "\"\"") + "\"", Verifier(password, RandomNumberGenerator.GetBytes(SaltLength)));
        return $"""
            DO $$ BEGIN CREATE ROLE {role} LOGIN PASSWORD '{verifier}'; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
            GRANT {AuditSchema.WriterRole} TO {role};
            """;
    }

    internal static string Verifier(string password, byte[] salt)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA256, 32);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }
}
