using System.Text;
using System.Text.Json;
using Hoop.Approval.Notifications;
using Hoop.Approval.Notifications.Channels;
using Hoop.Approval.Saga;
using Hoop.Approval.Tests.Rigs;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Documents;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Notifications;

/// <summary>What the forms say, and what they never may.</summary>
public sealed class FormTests
{
    private static readonly Func<Notice, byte[]>[] Forms = [WebhookForm.Of, SlackForm.Of, TeamsForm.Of];

    public static TheoryData<string> Events => [.. NotificationEvents.All];

    [Theory]
    [MemberData(nameof(Events))]
    public void Nothing_of_the_statement_its_values_plan_or_rows_leaves(string what)
    {
        var notice = Notice(what, State(Hostile("orders"))) with { DecidedBy = ["bea"], Outcome = "denied", To = "lead" };
        foreach (var form in Forms)
        {
            var text = Encoding.UTF8.GetString(form(notice));
            text.ShouldNotContain("canary");
            text.ShouldContain("orders");
            text.ShouldContain("https://hoop.example.com/requests/");
        }
        string.Join('\n', NoticeWording.Facts(notice)).ShouldNotContain("canary");
        NoticeWording.Title(notice).ShouldContain("delete on orders in shop");
    }

    [Fact]
    public void What_people_wrote_goes_only_to_receivers_that_ask_for_it()
    {
        var state = State(Request() with { Justification = new Justification("words of the agent", "OPS-1") });
        var notice = Notice(NotificationEvents.RequestOpened, state) with { Said = "words of bea" };
        foreach (var form in Forms)
        {
            Encoding.UTF8.GetString(form(notice)).ShouldContain("words of the agent");
            var without = Encoding.UTF8.GetString(form(notice.WithoutWords()));
            without.ShouldNotContain("words of");
            without.ShouldNotContain("OPS-1");
        }
    }

    [Fact]
    public void Names_from_elsewhere_are_only_text_in_Slack()
    {
        var json = JsonDocument.Parse(SlackForm.Of(Notice(NotificationEvents.RequestOpened, State(Hostile("<!channel> <https://evil.example|click> & *x*"))))).RootElement;

        json.GetProperty("text").GetString()!.ShouldNotContain("<");
        var marked = json.GetProperty("blocks").EnumerateArray().Select(block => block.GetProperty("text")).Where(text => text.GetProperty("type").GetString() == "mrkdwn").ToList();
        marked.ShouldHaveSingleItem().GetProperty("text").GetString()!.ShouldMatch(@"^<https://hoop\.example\.com/requests/[0-9a-f-]{36}\|Open in Hoop>$");
    }

    [Fact]
    public void Names_from_elsewhere_are_only_text_in_Teams()
    {
        var card = JsonDocument.Parse(TeamsForm.Of(Notice(NotificationEvents.RequestOpened, State(Hostile("[click](https://evil.example)"))))).RootElement
            .GetProperty("attachments")[0].GetProperty("content");

        foreach (var block in card.GetProperty("body").EnumerateArray())
        {
            block.GetProperty("type").GetString().ShouldBe("RichTextBlock");
            foreach (var run in block.GetProperty("inlines").EnumerateArray()) run.EnumerateObject().Select(p => p.Name).ShouldBeSubsetOf(["type", "text", "weight", "size"]);
        }
        card.GetProperty("actions").EnumerateArray().ShouldHaveSingleItem().GetProperty("url").GetString()!.ShouldStartWith("https://hoop.example.com/requests/");
    }

    [Fact]
    public void Lines_hold_no_line_breaks_and_nothing_unseen()
    {
        var notice = Notice(NotificationEvents.RequestOpened, State(Hostile("a\r\nBcc: all@example.com\u202e\u0007")));
        foreach (var line in NoticeWording.Facts(notice).Select(fact => fact.Value).Append(NoticeWording.Title(notice)))
        {
            line.ShouldNotContain('\n');
            line.ShouldNotContain('\r');
            line.ShouldNotContain('\u202e');
            line.Length.ShouldBeLessThanOrEqualTo(500);
        }
        NoticeWording.Line(new string('x', 5000)).Length.ShouldBe(500);
    }

    [Fact]
    public void Many_objects_are_counted()
    {
        var request = Request() with { Objects = [.. Enumerable.Range(0, 500).Select(i => $"public.t{i}")] };
        var notice = Notice(NotificationEvents.RequestOpened, State(request));
        NoticeWording.Title(notice).ShouldContain("public.t0, public.t1, public.t2 and 497 more in shop");
        notice.Objects.Count.ShouldBe(20);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hunter2")]
    [InlineData("whsec_c2hvcnQ=")]
    public void A_weak_secret_signs_nothing(string secret) =>
        Should.Throw<ReceiverException>(() => WebhookSignature.Of(secret, "evt_1", 1, "{}"u8)).Message.ShouldNotContain("hunter2");

    [Fact]
    public void The_signature_is_that_of_the_standards_own_example()
    {
        const string body = """{"test": 2432232314}""";
        WebhookSignature.Of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes(body))
            .ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        WebhookSignature.Of($"{Receivers.Secret}  {Receivers.Secret}\n", "a", 1, "{}"u8).Split(' ').Length.ShouldBe(2);
    }

    [Fact]
    public void Pauses_double_up_to_a_bound_and_follow_what_the_receiver_asks()
    {
        var options = new NotificationOptions();
        options.PauseAfter(1, 0.5).ShouldBe(TimeSpan.FromSeconds(5));
        options.PauseAfter(2, 0.5).ShouldBe(TimeSpan.FromSeconds(10));
        options.PauseAfter(2, 0).ShouldBe(TimeSpan.FromSeconds(5));
        options.PauseAfter(1000, 0.5).ShouldBe(TimeSpan.FromHours(1));
        options.PauseAfter(1, 0.5, TimeSpan.FromMinutes(2)).ShouldBe(TimeSpan.FromMinutes(2));
        options.PauseAfter(1, 0.5, TimeSpan.FromDays(300)).ShouldBe(TimeSpan.FromHours(1));
        options.PauseAfter(1, 0.5, TimeSpan.FromSeconds(-1)).ShouldBe(TimeSpan.FromSeconds(5));
    }

    private static Notice Notice(string what, ApprovalState state) =>
        Approval.Notifications.Notice.Of(what, state.RequestedAt, state, "https://hoop.example.com", state.RequestedAt);

    private static ApprovalRequested Hostile(string table) => Request() with
    {
        Statement = "delete from x where ssn = 'canary-1'", BindValues = ["canary-2"], Objects = [table], Fingerprint = "canary-3", BoundTo = "canary-4",
    };

    private static ApprovalState State(ApprovalRequested request) => new()
    {
        CorrelationId = request.RequestId, CurrentState = "Pending", Request = request, RequesterId = request.Requester.Id, RequestedAt = request.RequestedAt, ExpiresAt = request.ExpiresAt,
        Plan = "canary-5", Explanations = [new("x", "canary-6", request.RequestedAt)], Preview = SamplePreview(),
    };

    private static PreviewDetails SamplePreview() => new()
    {
        TakenAt = DateTimeOffset.UnixEpoch, Sample = new("public.orders", "delete", [new("note", true, false)], [new(["canary-7"], null)], false), Notes = ["canary-8"],
    };
}
