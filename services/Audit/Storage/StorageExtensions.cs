using Hoop.ServiceDefaults;

namespace Hoop.Audit.Storage;

internal static class StorageExtensions
{
    /// <summary>Before everything that stores: hosted services start in the order they are added.</summary>
    public static void AddAuditDatabase(this IHostApplicationBuilder builder)
    {
        builder.AddNpgsqlDataSource("auditdb");   // For its health check; work goes through AuditDatabase.
        builder.Services.AddSingleton<AuditDatabase>();
        builder.Services.AddHostedService(s => s.GetRequiredService<AuditDatabase>());
    }
}
