using System.Net;
using System.Net.Mail;
using System.Text;
using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults.Documents;

namespace Hoop.Approval.Notifications.Channels;

/// <summary>Plain-text mail by SMTP with STARTTLS. A repeated attempt has the same Message-ID, by which mailboxes know it.</summary>
internal sealed class MailChannel(References references)
{
    public async Task<Attempt> SendAsync(ReceiverDocument receiver, Delivery delivery, CancellationToken cancel)
    {
        var mail = receiver.Mail ?? throw new ReceiverException("it has no smtp section; add one in hoop.yaml");
        var (host, port) = Split(await references.PlainOrResolvedAsync(mail.Server, cancel));
        if (mail.Tls == "disable" && !IsLocal(host)) throw new ReceiverException("its server is not on this machine, so tls can not be disabled");
        using var client = new SmtpClient(host, port) { EnableSsl = mail.Tls != "disable", UseDefaultCredentials = false };
        if (mail is { Username: { } user, Password: { } password })
            client.Credentials = new NetworkCredential(user, await references.ResolveAsync(password, cancel));
        using var message = Message(mail, delivery);
        try
        {
            await client.SendMailAsync(message, cancel);
            return Attempt.Arrived;
        }
        catch (SmtpException e)
        {
            return new Attempt($"the mail server did not take it ({e.StatusCode})");
        }
    }

    private static MailMessage Message(MailDocument mail, Delivery delivery)
    {
        var notice = delivery.Notice;
        var message = new MailMessage
        {
            From = new MailAddress(mail.From), Subject = NoticeWording.Title(notice), SubjectEncoding = Encoding.UTF8, BodyEncoding = Encoding.UTF8, Body = Body(notice),
        };
        foreach (var to in mail.To) message.To.Add(new MailAddress(to));
        message.Headers.Add("Message-ID", $"<{delivery.EventId:N}.{delivery.Receiver}@{message.From.Host}>");
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    private static string Body(Notice notice)
    {
        var lines = NoticeWording.Facts(notice).Select(fact => $"{fact.Name}: {fact.Value}");
        return $"{NoticeWording.Title(notice)}\r\n\r\n{string.Join("\r\n", lines)}\r\n\r\n{notice.Link}\r\n";
    }

    private static (string Host, int Port) Split(string server)
    {
        var colon = server.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(server.AsSpan(colon + 1), out var port) && port > 0
            ? (server[..colon].Trim('[', ']'), port)
            : throw new ReceiverException("its smtp server is not host:port, such as mail.example.com:587");
    }

    private static bool IsLocal(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
