using Hoop.Approval.Notifications.Channels;

namespace Hoop.Approval.Notifications;

internal static class NotificationsExtensions
{
    /// <summary>Tells receivers of hoop.yaml what happens. The consumer is the bus's, see <see cref="Saga.ApprovalSagaExtensions"/>.</summary>
    public static void AddNotifications(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<NotificationOptions>().BindConfiguration("Hoop:Notifications").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<DeliveryQueue>();
        builder.Services.AddSingleton<HttpChannel>();
        builder.Services.AddSingleton<MailChannel>();
        builder.Services.AddHostedService<DeliverySender>();
    }
}
