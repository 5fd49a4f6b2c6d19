using Hoop.Testing;

namespace Hoop.Approval.Tests.Rigs;

/// <summary>What a set of Approval instances shares: a database and a virtual host of their own.</summary>
public sealed record ApprovalBroker(string Database, string RabbitMq)
{
    public static async Task<ApprovalBroker> CreateAsync()
    {
        var postgres = PostgresServer.SharedAsync();
        var rabbit = RabbitMqServer.SharedAsync();
        var database = await (await postgres).CreateDatabaseAsync();
        return new ApprovalBroker(
            (await postgres).ConnectionString(database).Replace("Pooling=false", "Pooling=true;Maximum Pool Size=20"),
            await (await rabbit).CreateVirtualHostAsync());
    }
}
