using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;
using Hoop.Policy.Engine.Rules;
using Hoop.ServiceDefaults.Documents;
using Shouldly;
using Xunit;

namespace Hoop.Policy.Tests;

/// <summary>Who has a role is said twice: where statements are decided, and where services let people in. Both must say the same.</summary>
public sealed class RoleAgreementTests
{
    private static readonly string[] Groups = ["agents", "Agents", "dba", "", "*", "é"];
    private static readonly string[] Kinds = ["agent", "human", "service"];

    [Fact]
    public void Services_and_the_engine_give_everybody_the_same_roles()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var roles = Enumerable.Range(0, random.Next(5)).ToDictionary(i => $"role{i}", _ => new RoleDocument(Some(random, Groups), Some(random, Kinds)));
            var principal = new Principal("https://id", "p", "p", Kinds[random.Next(Kinds.Length)], Some(random, Groups), []);
            var documents = new HoopDocuments();
            documents.Set(new HoopDocument { Version = 1, Digest = "d", Roles = roles });

            string.Join(',', documents.RolesOf(principal).Order(StringComparer.Ordinal)).ShouldBe(string.Join(',', RoleMembership.Of(principal, roles)), $"seed {seed}");
        }
    }

    private static string[] Some(Random random, string[] of) => [.. of.Where(_ => random.Next(3) == 0)];
}
