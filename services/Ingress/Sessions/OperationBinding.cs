using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Policy.Engine.Rules;

namespace Hoop.Ingress.Sessions;

/// <summary>What an approval is bound to: three hashes, each over the one before and more. Lower-case hex.</summary>
/// <param name="Shape">Principal, target, fingerprint, objects, effects, namespace and policy version.</param>
/// <param name="Text">And the text.</param>
/// <param name="Exact">And the bind values.</param>
internal sealed record OperationBinding(string Shape, string Text, string Exact)
{
    internal static OperationBinding Of(string principal, string target, Operation operation, long policyVersion)
    {
        var facts = operation.Facts;
        var shape = Hash(
            principal, target, facts.Protocol, facts.Fingerprint, policyVersion, operation.Namespace, EffectNames.Of(facts.Effects), facts.Accesses.Select(Named));
        var said = operation.StandsFor is { } prepared ? Hash(prepared, operation.Text) : operation.Text;
        var text = operation.Secrets is null ? Hash(shape, said) : Hash(shape, said, OperationSecrets.BindingKey);
        return new OperationBinding(shape, text, Hash(text, operation.BindValues));
    }

    private static string Named(ObjectAccess access) => $"{access.Verb} {access.Kind} {access.Name}";

    // As JSON, so that no two lists of parts read the same.
    private static string Hash(params object?[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(parts))));
}
