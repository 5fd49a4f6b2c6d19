using System.Security.Cryptography;

namespace Hoop.Ingress.Sessions;

/// <summary>What of an operation nobody but its target may see: passwords, keys, connection strings, told by the protocol's own grammar.</summary>
/// <param name="shown">The text without them.</param>
/// <param name="holds">Whether a parameter's value is one, by its number from 1.</param>
public sealed class OperationSecrets(string shown, Func<int, bool> holds)
{
    private const string Hidden = "***";

    /// <summary>Approvals are bound to hashes, which are kept: without this key nobody can try passwords against them. Another process asks again.</summary>
    internal static readonly string BindingKey = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>The operation's text without them.</summary>
    public string Shown { get; } = shown;

    /// <param name="index">From 0.</param>
    internal bool IsValue(int index) => holds(index + 1);

    internal string? ShownValue(string? value, int index) => value is null || !IsValue(index) ? value : Hidden;
}
