using Hoop.Audit.Admin;
using Hoop.Audit.Chain;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Documents;
using MassTransit;

namespace Hoop.Audit.Ingest;

internal static class IngestExtensions
{
    public static void AddIngest(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(ProcessPriority.Of(builder.Configuration));
        builder.AddEvidenceLog();
        builder.Services.AddSingleton<EventPartitions>();
        builder.Services.AddSingleton<EventStore>();
        builder.AddBus(bus =>
        {
            bus.AddConsumer<RecordEventsConsumer, RecordEventsDefinition>();
            bus.AddConsumer<AdminActionsConsumer, AdminActionsDefinition>();
            bus.AddPolicyActivatedConsumer();
        });
    }
}
