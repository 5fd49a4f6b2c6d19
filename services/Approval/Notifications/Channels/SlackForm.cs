using System.Text.Json;

namespace Hoop.Approval.Notifications.Channels;

/// <summary>
/// A message for a Slack incoming webhook. Everything from elsewhere is <c>plain_text</c>, which has no links and mentions nobody; the one link is ours.
/// <see href="https://docs.slack.dev/block-kit/"/>
/// </summary>
internal static class SlackForm
{
    private const int LongestSection = 2900;

    public static byte[] Of(Notice notice)
    {
        var facts = string.Join('\n', NoticeWording.Facts(notice).Select(fact => $"{fact.Name}: {fact.Value}"));
        var blocks = new List<object> { Plain(NoticeWording.Title(notice)) };
        if (facts.Length > 0) blocks.Add(Plain(facts));
        blocks.Add(new { type = "section", text = new { type = "mrkdwn", text = $"<{Escape(notice.Link)}|Open in Hoop>" } });
        return JsonSerializer.SerializeToUtf8Bytes(new { text = Escape(NoticeWording.Title(notice)), blocks });
    }

    private static object Plain(string text) =>
        new { type = "section", text = new { type = "plain_text", text = text.Length <= LongestSection ? text : text[..LongestSection] + "…", emoji = false } };

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
