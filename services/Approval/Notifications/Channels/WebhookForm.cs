using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hoop.Approval.Notifications.Channels;

/// <summary>The JSON of a webhook: <c>type</c>, <c>timestamp</c>, <c>data</c>, the same bytes at each attempt.</summary>
internal static class WebhookForm
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static byte[] Of(Notice notice) => JsonSerializer.SerializeToUtf8Bytes(new { type = notice.Event, timestamp = notice.At, data = DataOf(notice) }, Json);

    private static object DataOf(Notice notice) => new
    {
        notice.Request, notice.Link, notice.Requester, notice.Target, notice.Protocol, notice.Verbs, notice.Objects, notice.MoreObjects, notice.Effects, notice.Rules, notice.Why,
        notice.Missing, notice.ExpiresAt, notice.Outcome, notice.DecidedBy, notice.To, notice.Reason, notice.Ticket, notice.Said,
        summary = NoticeWording.Title(notice),
    };
}
