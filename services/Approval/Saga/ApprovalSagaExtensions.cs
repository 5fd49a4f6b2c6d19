using Hoop.Approval.Expiry;
using Hoop.Approval.Grants;
using Hoop.Approval.Notifications;
using Hoop.Approval.Outbox;
using Hoop.Approval.Restarts;
using Hoop.Approval.Reviews;
using Hoop.Approval.Storage;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Documents;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Hoop.Approval.Saga;

internal static class ApprovalSagaExtensions
{
    /// <summary>The saga with its database, outbox, expiry and the bus.</summary>
    public static void AddApprovalSaga(this IHostApplicationBuilder builder)
    {
        builder.AddNpgsqlDataSource("approvaldb");
        builder.Services.AddPooledDbContextFactory<ApprovalDb>((services, options) => options.UseNpgsql(services.GetRequiredService<NpgsqlDataSource>()));
        builder.Services.AddSingleton<DatabaseSignals>();
        // First: nothing may consume or send before the tables are there.
        builder.Services.AddHostedService<SchemaBootstrap>();
        builder.AddBus(bus =>
        {
            bus.AddSagaStateMachine<ApprovalMachine, ApprovalState, ApprovalDefinition>().Repository(repository =>
                repository.RegisterSagaRepository<ApprovalState, ApprovalDb, SagaConsumeContextFactory<ApprovalDb, ApprovalState>, SagaRepository<ApprovalState>>());
            bus.AddSagaStateMachine<ReviewMachine, ReviewState, ReviewDefinition>().Repository(repository =>
                repository.RegisterSagaRepository<ReviewState, ApprovalDb, SagaConsumeContextFactory<ApprovalDb, ReviewState>, SagaRepository<ReviewState>>());
            bus.AddConsumer<IngressStartedConsumer>();
            bus.AddConsumer<GrantUsesConsumer>();
            bus.AddConsumer<NotificationConsumer, NotificationConsumerDefinition>();
            bus.AddPolicyActivatedConsumer();
        });
        builder.Services.AddHostedService<DatabaseListener>();
        builder.Services.AddHostedService<OutboxSender>();
        builder.Services.AddHostedService<ExpiryScanner>();
    }
}
