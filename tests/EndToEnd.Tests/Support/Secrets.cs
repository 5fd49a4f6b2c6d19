using System.Collections.Concurrent;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>The true SSNs of the first customers, read by somebody who may see them.</summary>
internal static class Secrets
{
    private static readonly ConcurrentDictionary<HoopSystem, Task<IReadOnlyList<string>>> Known = new();

    internal static Task<IReadOnlyList<string>> OfAsync(HoopSystem hoop) => Known.GetOrAdd(hoop, ReadAsync);

    private static async Task<IReadOnlyList<string>> ReadAsync(HoopSystem hoop)
    {
        var result = await hoop.PsqlAsync("select ssn from customers where id < 4;\n", principal: "bea");
        var ssns = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (ssns.Length != 3 || ssns.Any(ssn => ssn.Length != 11)) throw new InvalidOperationException($"bea should see SSNs: {result}");
        return [.. ssns.SelectMany(ssn => new[] { ssn, ssn.Replace("-", ""), Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(ssn)), new string([.. ssn.Reverse()]) })];
    }
}
