using System.Collections.Frozen;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Secrets;

/// <summary>Names of what holds a secret: options, settings, arguments, functions.</summary>
static class SecretNames
{
    const int Longest = NameLimit.Bytes;

    static readonly string[] Endings =
    [
        "password", "passwd", "passphrase", "passcode", "pwd", "secret", "secretkey", "apikey", "accesskey", "privatekey", "encryptionkey", "masterkey", "token",
        "credential", "credentials", "connstr", "conninfo", "connectionstring",
    ];

    /// <summary>Options of a user mapping that are none; every other is for logging in.</summary>
    static readonly FrozenSet<string> Harmless = new[] { "user", "username", "user_name", "password_required", "use_scram_passthrough", "sslmode", "role" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Their arguments, from the first at the lowest bit.</summary>
    static readonly FrozenDictionary<string, int> Functions = new Dictionary<string, int>
    {
        // pgcrypto: keys, and what is encrypted.
        ["pgp_sym_encrypt"] = 0b011, ["pgp_sym_encrypt_bytea"] = 0b011, ["pgp_sym_decrypt"] = 0b010, ["pgp_sym_decrypt_bytea"] = 0b010,
        ["pgp_pub_encrypt"] = 0b001, ["pgp_pub_encrypt_bytea"] = 0b001, ["pgp_pub_decrypt"] = 0b110, ["pgp_pub_decrypt_bytea"] = 0b110,
        ["encrypt"] = 0b011, ["encrypt_iv"] = 0b011, ["decrypt"] = 0b010, ["decrypt_iv"] = 0b010, ["hmac"] = 0b010, ["crypt"] = 0b011,
        // Vaults and credentials of other extensions.
        ["create_secret"] = 0b001, ["update_secret"] = 0b010, ["create_aws_credentials"] = 0b111,
    }.ToFrozenDictionary();

    /// <summary>dblink's: a connection string, or the name of a connection, before the statement.</summary>
    static readonly FrozenDictionary<string, int> Connections = new Dictionary<string, int>
    {
        ["dblink_connect"] = 0b11, ["dblink_connect_u"] = 0b11, ["dblink"] = 0b01, ["dblink_exec"] = 0b01, ["dblink_open"] = 0b01, ["dblink_send_query"] = 0b01,
    }.ToFrozenDictionary();

    /// <summary>Whether a value of that name is a secret: <c>password</c>, <c>app.apiKey</c>, <c>SECRET_ACCESS_KEY</c>; not <c>password_encryption</c>.</summary>
    public static bool Is(string? name)
    {
        if (name is null) return false;
        Span<char> letters = stackalloc char[Longest];
        var from = Longest;
        for (var i = name.Length - 1; i >= 0 && from > 0; i--)
            if (char.IsAsciiLetterOrDigit(name[i])) letters[--from] = char.ToLowerInvariant(name[i]);
        foreach (var ending in Endings)
            if (letters[from..].EndsWith(ending)) return true;
        return false;
    }

    public static bool IsInUserMapping(string? name) => name is null || !Harmless.Contains(name);

    /// <summary>Bits of a function's arguments that are secrets.</summary>
    public static int ArgumentsOf(string function) => Functions.GetValueOrDefault(function);

    /// <summary>What it gives was a secret: <c>pgp_sym_decrypt</c>, <c>decrypt_iv</c>, <c>crypto_aead_det_decrypt</c>, somebody's own of such a name.</summary>
    public static bool Decrypts(ReadOnlySpan<char> function) => function.Contains("decrypt", StringComparison.OrdinalIgnoreCase);

    /// <summary>Bits of those that are where a connection string looks like one.</summary>
    public static int ConnectionsOf(string function) => Connections.GetValueOrDefault(function);

    /// <summary>A setting that is one, or a connection string.</summary>
    public static bool IsSetting(string? name) => Is(name) || name is "ssl_passphrase_command";

    public static bool IsConnection(string? text) => text is not null && (text.Contains('=', StringComparison.Ordinal) || text.Contains("://", StringComparison.Ordinal));
}
