using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Rules;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary><c>notifications</c>: who is told of requests, grants and emergencies, and how.</summary>
internal sealed class NotificationsSection(YamlErrors errors, KnownNames names, IReadOnlyDictionary<string, TargetDocument> targets)
{
    private const string Example = "{ name: dba-channel, kind: slack, url: env:SLACK_URL, events: [request.opened] }";
    private const string Everything = "*";

    public static readonly string[] Kinds = ["webhook", "slack", "teams", "email"];

    public IReadOnlyList<ReceiverDocument> Read(YamlFields top)
    {
        var receivers = new List<ReceiverDocument>();
        foreach (var (name, fields) in NamedItems.Read(top, errors, "notifications", Example))
            if (ReadReceiver(name, fields) is { } receiver) receivers.Add(receiver);
        return receivers;
    }

    private ReceiverDocument? ReadReceiver(string? name, YamlFields fields)
    {
        if (name is not null && !Formats.IsName(name)) errors.Add(fields.Node("name")!, fields.Path, $"cannot be a receiver's name; {Formats.NameRule}");
        if (!fields.Has("kind")) fields.Missing("kind", "kind: webhook, slack, teams or email");
        var kind = Formats.Word(fields, errors, "kind", Kinds);
        var events = ReadEvents(fields);
        var at = ReadTargets(fields);
        var roles = names.Roles(fields.Texts("roles"), $"{fields.Path}.roles");
        var reasons = Formats.Word(fields, errors, "reasons", ["true", "false"]) == "true";
        var (url, secret) = kind is "email" or null ? (null, null) : ReadUrl(fields, kind);
        var mail = kind == "email" ? new MailReader(errors).Read(fields) : null;
        // Without a kind nobody knows which of the others belong.
        if (kind is not null) fields.End();
        if (name is null || kind is null) return null;
        return new ReceiverDocument
        {
            Name = name, Kind = Enum.Parse<ReceiverKind>(kind, ignoreCase: true), Url = url, Secret = secret, Mail = mail, Events = events,
            Targets = at, Roles = roles, Reasons = reasons,
        };
    }

    private List<string> ReadEvents(YamlFields fields)
    {
        var events = new List<string>();
        foreach (var text in fields.Texts("events", "events: [request.opened], or [\"*\"]"))
        {
            events.Add(text.Value);
            if (text.Value != Everything && !NotificationEvents.All.Contains(text.Value))
                errors.Add(text, $"{fields.Path}.events", $"{YamlErrors.Show(text.Value)} is not an event{Suggestion.For(text.Value, NotificationEvents.All)}");
        }
        return events;
    }

    /// <summary>Settled here, where all targets are known: who delivers needs no patterns.</summary>
    private List<string>? ReadTargets(YamlFields fields)
    {
        if (fields.Node("targets") is null && !fields.Has("targets")) return null;
        var before = errors.Count;
        List<string> chosen;
        if (fields.Node("targets") is YamlMap)
        {
            var select = fields.Fields("targets")!;
            var labels = select.TextMap("labels");
            if (labels.Count == 0) errors.Add(select.Map, select.Path, "selects by no label; write a list of names, or { labels: { env: prod } }");
            select.End();
            chosen = [.. targets.Where(one => labels.All(label => one.Value.Labels.TryGetValue(label.Key, out var value) && value == label.Value)).Select(one => one.Key)];
        }
        else
        {
            var patterns = names.Targets(fields.Texts("targets", "targets: [shop]"), $"{fields.Path}.targets");
            chosen = [.. targets.Keys.Where(name => patterns.Any(pattern => new Glob(pattern).Matches(name)))];
        }
        if (chosen.Count == 0 && errors.Count == before) errors.Add(fields.Node("targets") ?? fields.Map, $"{fields.Path}.targets", "matches no target, so nothing would ever be told; leave it out to mean all");
        return chosen;
    }

    private (string? Url, string? Secret) ReadUrl(YamlFields fields, string kind)
    {
        var url = fields.Text("url", kind == "webhook" ? "url: https://hooks.example.com/hoop" : $"url: env:{kind.ToUpperInvariant()}_URL");
        if (url is { } text && !Formats.IsReference(text.Value))
        {
            // Whoever knows the URL of a chat's webhook can post there: it is a secret.
            var problem = kind == "webhook" ? Formats.ReceiverUrlProblem(text.Value)
                : "must say where the URL is, since whoever has it can post there; write env:NAME or file:/path (and make a new URL if this file was shared)";
            if (problem is not null) errors.Add(text, $"{fields.Path}.url", problem);
        }
        else if (url is { } where && Formats.ReservedProblem(where.Value) is { } problem)
        {
            errors.Add(where, $"{fields.Path}.url", problem);
        }
        if (kind != "webhook") return (url?.Value, null);
        var secret = fields.Text("secret", "secret: env:HOOK_SECRET, which signs what is sent");
        if (secret is { } reference && !Formats.IsReference(reference.Value))
            errors.Add(reference, $"{fields.Path}.secret", "must say where the secret is, not what it is; write env:NAME or file:/path (and change the secret if this file was shared)");
        else if (secret is { } named && Formats.ReservedProblem(named.Value) is { } reserved)
            errors.Add(named, $"{fields.Path}.secret", reserved);
        return (url?.Value, secret?.Value);
    }
}
