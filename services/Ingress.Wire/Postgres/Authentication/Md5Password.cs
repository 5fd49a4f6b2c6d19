using System.Security.Cryptography;
using System.Text;

namespace Hoop.Ingress.Wire.Postgres.Authentication;

/// <summary>The answer to AuthenticationMD5Password: <c>md5</c> + md5(md5(password + user) + salt).</summary>
public static class Md5Password
{
#pragma warning disable CA5351 // The server chose it; nothing of ours is protected by it.
    public static string Answer(string user, string password, ReadOnlySpan<byte> salt)
    {
        var inner = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(password + user)));
        return "md5" + Convert.ToHexStringLower(MD5.HashData([.. Encoding.UTF8.GetBytes(inner), .. salt]));
    }
#pragma warning restore CA5351
}
