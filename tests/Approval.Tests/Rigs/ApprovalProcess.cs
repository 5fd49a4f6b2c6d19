using System.Diagnostics;
using Hoop.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Hoop.Approval.Tests.Rigs;

/// <summary>The service as a process of its own, so that it can be killed.</summary>
internal sealed class ApprovalProcess
{
    private readonly ChildProcess _process;
    private readonly ApprovalBroker _broker;

    private ApprovalProcess(ChildProcess process, ApprovalBroker broker) => (_process, _broker) = (process, broker);

    /// <param name="data">Its own folder, which outlives it.</param>
    public static async Task<ApprovalProcess> StartAsync(ApprovalBroker broker, DirectoryInfo data) => new(await ChildProcess.StartAsync(
        Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Hoop.Approval.dll"), "--urls=http://127.0.0.1:0", "--Hoop:InternalKey=test-internal-key", $"--Hoop:DataDirectory={data.FullName}",
            "--Oidc:Authority=http://127.0.0.1:9", "--Oidc:ClientId=hoop-portal", "--Logging:LogLevel:Default=Error",
            $"--ConnectionStrings:approvaldb={broker.Database}", $"--ConnectionStrings:rabbitmq={broker.RabbitMq}",
        ]), broker);

    /// <summary>It listens to its queue; the queue outlives it.</summary>
    public Task ReadyAsync() => Eventually.TrueAsync(async () => _process.Exited.IsCompleted
        ? throw new UnreachableException($"The service ended by itself:\n{_process.Output}")
        : await ListensAsync(), seconds: 60);

    private async Task<bool> ListensAsync()
    {
        try
        {
            await using var connection = await new ConnectionFactory { Uri = new Uri(_broker.RabbitMq) }.CreateConnectionAsync();
            await using var channel = await connection.CreateChannelAsync();
            return (await channel.QueueDeclarePassiveAsync("approvals")).ConsumerCount > 0;
        }
        catch (OperationInterruptedException)
        {
            return false;
        }
    }

    public async Task KillAsync()
    {
        _process.Signal("KILL");
        await _process.Exited;
    }
}
