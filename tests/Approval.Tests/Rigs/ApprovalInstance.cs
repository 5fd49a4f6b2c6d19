using Hoop.Approval.Storage;
using MassTransit;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hoop.Approval.Tests.Rigs;

/// <summary>One running Approval service, as Program.cs builds it.</summary>
public sealed class ApprovalInstance(
    ApprovalBroker broker, IReadOnlyDictionary<string, string>? settings = null, Action<IServiceCollection>? services = null) : WebApplicationFactory<Program>
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("hoop-approval-");

    /// <summary>Started, its queues declared: what is published from now on reaches it.</summary>
    public async Task<ApprovalInstance> ReadyAsync()
    {
        await Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, TimeSpan.FromSeconds(30));
        return this;
    }

    public async Task<List<DecisionRow>> DecisionsAsync(Guid requestId)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<ApprovalDb>>().CreateDbContextAsync();
        return await db.Decisions.Where(d => d.RequestId == requestId).OrderBy(d => d.Position)
            .Select(d => new DecisionRow(d.Kind, d.Code, d.ActorName)).ToListAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_data.Exists) _data.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("ConnectionStrings:approvaldb", broker.Database);
        builder.UseSetting("ConnectionStrings:rabbitmq", broker.RabbitMq);
        builder.UseSetting("Hoop:InternalKey", "test-internal-key");
        builder.UseSetting("Hoop:DataDirectory", _data.FullName);
        builder.UseSetting("Oidc:Authority", "http://127.0.0.1:9");
        builder.UseSetting("Oidc:ClientId", "hoop-portal");
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) builder.UseSetting(name, value);
        builder.ConfigureLogging(logging => logging.SetMinimumLevel(LogLevel.Error));
        if (services is not null) builder.ConfigureTestServices(services);
    }
}

public sealed record DecisionRow(string Kind, string Code, string? ActorName);
