using System.Text.Json;

namespace Hoop.Approval.Notifications.Channels;

/// <summary>
/// An adaptive card for a Microsoft Teams workflow ("when a webhook request is received"). Everything from elsewhere is a <c>TextRun</c>, which knows no
/// markdown; the one link is ours. <see href="https://adaptivecards.io/explorer/"/>
/// </summary>
internal static class TeamsForm
{
    public static byte[] Of(Notice notice)
    {
        var body = new List<object> { Line(new { type = "TextRun", text = NoticeWording.Title(notice), weight = "Bolder", size = "Medium" }) };
        foreach (var (name, value) in NoticeWording.Facts(notice))
            body.Add(Line(new { type = "TextRun", text = name + ": ", weight = "Bolder" }, new { type = "TextRun", text = value }));
        var card = new Dictionary<string, object>
        {
            ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
            ["type"] = "AdaptiveCard",
            ["version"] = "1.4",
            ["body"] = body,
            ["actions"] = new[] { new { type = "Action.OpenUrl", title = "Open in Hoop", url = notice.Link } },
        };
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            type = "message", attachments = new[] { new { contentType = "application/vnd.microsoft.card.adaptive", contentUrl = (string?)null, content = card } },
        });
    }

    private static object Line(params object[] runs) => new { type = "RichTextBlock", inlines = runs };
}
