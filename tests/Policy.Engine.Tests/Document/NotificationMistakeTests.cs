using Hoop.Contracts.Documents;
using Shouldly;
using Xunit;

namespace Hoop.Policy.Engine.Tests.Document;

public sealed class NotificationMistakeTests
{
    private const string Smtp = "smtp: { server: 'mail.example.com:587' }, from: hoop@example.com, to: [dba@example.com]";

    private static IReadOnlyList<YamlError> Errors(string fields)
    {
        var result = HoopYaml.Read(Samples.Small + $"notifications:\n- {{ name: r, events: ['*'], {fields} }}");
        result.Document.ShouldBeNull();
        return result.Errors;
    }

    [Theory]
    [InlineData("url: env:U", "notifications \"r\": kind is missing; add for example kind: webhook, slack, teams or email")]
    [InlineData("kind: slak, url: env:U", "notifications \"r\".kind: \"slak\" is not known; did you mean \"slack\"?")]
    [InlineData("kind: webhook, url: 'https://h.example/x'", "notifications \"r\": secret is missing; add for example secret: env:HOOK_SECRET, which signs what is sent")]
    [InlineData("kind: webhook, secret: env:S", "notifications \"r\": url is missing; add for example url: https://hooks.example.com/hoop")]
    [InlineData("kind: webhook, secret: env:S, url: 'http://h.example/x'", "notifications \"r\".url: must be https; plain http is for a receiver on this machine only")]
    [InlineData("kind: webhook, secret: env:S, url: 'gopher://h.example/x'", "notifications \"r\".url: must be an absolute URL, such as https://hooks.example.com/hoop, or where one is: env:NAME or file:/path")]
    [InlineData("kind: slack", "notifications \"r\": url is missing; add for example url: env:SLACK_URL")]
    [InlineData("kind: teams, url: env:U, secret: env:S", "notifications \"r\": unknown key \"secret\"; use name, kind, events, targets, roles, reasons or url")]
    [InlineData("kind: slack, url: env:U, targets: [shpo]", "notifications \"r\".targets: there is no target \"shpo\"; did you mean \"shop\"?")]
    [InlineData("kind: slack, url: env:U, targets: ['x*']", "notifications \"r\".targets: matches no target, so nothing would ever be told; leave it out to mean all")]
    [InlineData("kind: slack, url: env:U, targets: { labels: { env: prod } }", "notifications \"r\".targets: matches no target, so nothing would ever be told; leave it out to mean all")]
    [InlineData("kind: slack, url: env:U, roles: [bda]", "notifications \"r\".roles: there is no role \"bda\"; did you mean \"dba\"?")]
    [InlineData("kind: slack, url: env:U, reasons: maybe", "notifications \"r\".reasons: \"maybe\" is not known; use true or false")]
    [InlineData("kind: email, from: hoop@example.com, to: [dba@example.com]", "notifications \"r\": smtp is missing; add for example smtp: { server: mail.example.com:587, username: hoop, password: env:SMTP_PASSWORD }")]
    [InlineData("kind: email, to: [dba@example.com], smtp: { server: 'm:25' }", "notifications \"r\": from is missing; add for example from: hoop@example.com")]
    [InlineData("kind: email, from: hoop@example.com, to: [dba], smtp: { server: 'm:25' }", "notifications \"r\".to: \"dba\" is not an e-mail address, such as dba@example.com")]
    [InlineData("kind: email, from: 'Hoop <hoop@example.com>', to: [dba@example.com], smtp: { server: 'm:25' }", "notifications \"r\".from: \"Hoop <hoop@example.com>\" is not an e-mail address, such as dba@example.com")]
    [InlineData("kind: email, from: hoop@example.com, to: [dba@example.com], smtp: { server: m }", "notifications \"r\".smtp.server: the port is missing; write host:port, such as 10.0.0.5:5432")]
    [InlineData("kind: email, from: hoop@example.com, to: [dba@example.com], smtp: { server: 'm:25', tls: disable }", "notifications \"r\".smtp.tls: disable is for a server on this machine only; leave it out")]
    [InlineData("kind: email, from: hoop@example.com, to: [dba@example.com], smtp: { server: 'm:25', username: u }", "notifications \"r\".smtp: needs both username and password, or neither")]
    [InlineData("kind: slack, url: env:Oidc__ClientSecret", "notifications \"r\".url: the variable " + ReservedReferences.VariableRule)]
    [InlineData("kind: webhook, url: 'file:/run/secrets/../../proc/1/environ', secret: env:S", "notifications \"r\".url: the file " + ReservedReferences.FileRule)]
    [InlineData("kind: webhook, url: env:U, secret: env:DOTNET_SECRET", "notifications \"r\".secret: the variable " + ReservedReferences.VariableRule)]
    [InlineData("kind: email, from: hoop@example.com, to: [dba@example.com], smtp: { server: 'm:25', username: u, password: env:Hoop__InternalKey }", "notifications \"r\".smtp.password: the variable " + ReservedReferences.VariableRule)]
    [InlineData("kind: email, from: hoop@example.com, to: [dba@example.com], smtp: { server: 'env:ASPNETCORE_URLS' }", "notifications \"r\".smtp.server: the variable " + ReservedReferences.VariableRule)]
    public void Receivers_are_checked(string fields, string message)
    {
        var error = Errors(fields).ShouldHaveSingleItem();
        error.Message.ShouldBe(message);
        error.Line.ShouldBe(8);
    }

    [Theory]
    [InlineData("kind: slack, url: 'https://hooks.example.com/services/hunter2'")]
    [InlineData("kind: webhook, url: env:U, secret: whsec_hunter2")]
    [InlineData("kind: webhook, url: 'https://u:hunter2@hooks.example.com/', secret: env:S")]
    [InlineData("kind: email, from: a@example.com, to: [b@example.com], smtp: { server: 'm:25', username: u, password: hunter2 }")]
    [InlineData("kind: email, from: a@example.com, to: [b@example.com], smtp: { server: 'm:25', hunter2: x }")]
    public void A_secret_in_the_document_is_an_error_that_does_not_repeat_it(string fields)
    {
        foreach (var error in Errors(fields)) error.Message.ShouldNotContain("hunter2");
    }

    [Theory]
    [InlineData("name: a b", "notifications \"a b\": cannot be a receiver's name; use letters, digits, _, - and ., at most 63")]
    [InlineData("name: a, events: [request.open]", "notifications \"a\".events: \"request.open\" is not an event; did you mean \"request.opened\"?")]
    public void Names_and_events_are_checked(string fields, string message)
    {
        var events = fields.Contains("events", StringComparison.Ordinal) ? "" : "events: ['*'], ";
        HoopYaml.Read(Samples.Small + $"notifications:\n- {{ {fields}, {events}kind: email, {Smtp} }}").Errors.ShouldContain(e => e.Message == message);
    }

    [Theory]
    [InlineData("127.0.0.1:25")]
    [InlineData("localhost:25")]
    [InlineData("[::1]:25")]
    [InlineData("env:SMTP_SERVER")]
    public void Mail_without_TLS_is_for_this_machine(string server) =>
        HoopYaml.Read(Samples.Small + $"notifications:\n- {{ name: r, kind: email, events: ['*'], smtp: {{ server: '{server}', tls: disable }}, from: a@example.com, to: [b@example.com] }}").Errors.ShouldBeEmpty();
}
