using System.Text;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>The SSNs that demo/shop gives its first customers, in every form that a query can turn them into.</summary>
internal static class Secrets
{
    internal static readonly IReadOnlyList<string> OfTheFirstCustomers =
    [
        .. new[] { "137-08-0032", "174-15-0063", "211-22-0094" }.SelectMany(ssn => new[]
        {
            ssn, ssn.Replace("-", "", StringComparison.Ordinal), Convert.ToHexStringLower(Encoding.ASCII.GetBytes(ssn)),
            Convert.ToBase64String(Encoding.ASCII.GetBytes(ssn)), new string([.. ssn.Reverse()]),
        }),
    ];
}
