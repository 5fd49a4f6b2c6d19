using System.Net;
using System.Net.Mail;
using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary>What an e-mail receiver needs: a server, a sender, recipients.</summary>
internal sealed class MailReader(YamlErrors errors)
{
    private const string Example = "smtp: { server: mail.example.com:587, username: hoop, password: env:SMTP_PASSWORD }";
    private const int MostRecipients = 50;

    public static readonly string[] TlsModes = ["starttls", "disable"];

    public MailDocument? Read(YamlFields fields)
    {
        var from = Address(fields, fields.Text("from", "from: hoop@example.com"), "from");
        var to = new List<string>();
        foreach (var text in fields.Texts("to", "to: [dba@example.com]"))
            if (Address(fields, text, "to") is { } address) to.Add(address);
        if (to.Count > MostRecipients) errors.Add(fields.Node("to")!, $"{fields.Path}.to", $"there are more than {MostRecipients} recipients; use a list's address");
        if (fields.Fields("smtp", Example, quiet: true) is not { } smtp) return null;
        var server = smtp.Text("server", "server: mail.example.com:587");
        if (server is { } host && Formats.AddressProblem(host.Value) is { } problem) errors.Add(host, $"{smtp.Path}.server", problem);
        var (username, password) = ReadCredential(smtp);
        var tls = Formats.Word(smtp, errors, "tls", TlsModes) ?? "starttls";
        if (tls == "disable" && server is { } remote && !MayBeLocal(remote.Value))
            errors.Add(smtp.Node("tls")!, $"{smtp.Path}.tls", "disable is for a server on this machine only; leave it out");
        smtp.End();
        return server is { } s && from is not null ? new MailDocument(s.Value, username, password, tls, from, to) : null;
    }

    private (string? Username, string? Password) ReadCredential(YamlFields smtp)
    {
        var (username, password) = (smtp.Text("username"), smtp.Text("password"));
        if (password is { } text && !Formats.IsReference(text.Value))
            errors.Add(text, $"{smtp.Path}.password", "must say where the password is, not what it is; write env:NAME or file:/path (and change the password if this file was shared)");
        else if (password is { } reference && Formats.ReservedProblem(reference.Value) is { } problem)
            errors.Add(reference, $"{smtp.Path}.password", problem);
        if (username is null != password is null) errors.Add(smtp.Map, smtp.Path, "needs both username and password, or neither");
        return (username?.Value, password?.Value);
    }

    private string? Address(YamlFields fields, YamlText? text, string key)
    {
        if (text is not { } given) return null;
        if (MailAddress.TryCreate(given.Value, out var address) && address.Address == given.Value && !given.Value.Any(char.IsControl)) return given.Value;
        errors.Add(given, $"{fields.Path}.{key}", $"{YamlErrors.Show(given.Value)} is not an e-mail address, such as dba@example.com");
        return null;
    }

    /// <summary>A reference is looked at again when it is used.</summary>
    private static bool MayBeLocal(string server)
    {
        if (Formats.IsEnvironment(server)) return true;
        var host = server[..Math.Max(0, server.LastIndexOf(':'))].Trim('[', ']');
        return host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }
}
