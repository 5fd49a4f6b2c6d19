using System.Security.Cryptography;
using System.Text;

namespace Hoop.AppHost.Local.Running;

static class StableHash
{
    /// <summary>A short name for a folder, the same at every run.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
