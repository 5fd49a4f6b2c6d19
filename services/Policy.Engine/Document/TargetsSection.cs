using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary><c>targets</c>: name → backend.</summary>
internal static class TargetsSection
{
    private const string Example = "shop: { protocol: postgres, address: 10.0.0.5:5432, … }";

    public static readonly string[] Protocols = ["postgres"];
    public static readonly string[] TlsModes = ["disable", "require", "verify-ca", "verify-full"];

    public static IReadOnlyDictionary<string, TargetDocument> Read(YamlFields top, YamlErrors errors)
    {
        var targets = new SortedDictionary<string, TargetDocument>(StringComparer.Ordinal);
        if (top.Fields("targets") is not { } section) return targets;
        foreach (var (key, node) in YamlFields.Entries(new YamlErrors(), section.Map, ""))
        {
            var name = key.Value;
            var path = $"targets.{YamlErrors.Show(name)[1..^1]}";
            if (!Formats.IsName(name)) errors.Add(key, "targets", $"{YamlErrors.Show(name)} cannot be a target's name; {Formats.NameRule}");
            if (node is not YamlMap map) errors.Add(node, path, $"must be a map, not {node.Shape}; such as {Example}");
            else if (ReadTarget(new YamlFields(errors, map, path), errors) is { } target) targets[name] = target;
        }
        return targets;
    }

    private static TargetDocument? ReadTarget(YamlFields fields, YamlErrors errors)
    {
        if (!fields.Has("protocol")) fields.Missing("protocol", "protocol: postgres");
        var protocol = Formats.Word(fields, errors, "protocol", Protocols);
        var address = fields.Text("address", "address: 10.0.0.5:5432");
        if (address is { } text && Formats.AddressProblem(text.Value) is { } problem) errors.Add(text, $"{fields.Path}.address", problem);
        var database = fields.Text("database");
        var credential = ReadCredential(fields, errors);
        var tls = Formats.Word(fields, errors, "tls", TlsModes) ?? "verify-full";
        var caFile = fields.Text("caFile");
        if (fields.Text("connector") is { } connector)
            errors.Add(connector, $"{fields.Path}.connector", "connectors are not available yet; leave it out, and Ingress opens the target itself");
        var labels = fields.TextMap("labels");
        fields.End();
        if (protocol is null || address is null || credential is null) return null;
        return new TargetDocument
        {
            Protocol = protocol, Address = address.Value.Value, Database = database?.Value, Credential = credential,
            Tls = tls, CaFile = caFile?.Value, Labels = labels,
        };
    }

    private static CredentialDocument? ReadCredential(YamlFields target, YamlErrors errors)
    {
        const string example = "credential: { username: shop_app, password: env:SHOP_PASSWORD }";
        if (target.Fields("credential", example, quiet: true) is not { } fields) return null;
        var username = fields.Text("username", "username: shop_app");
        var password = fields.Text("password");
        if (password is { } text && !Formats.IsReference(text.Value))
        {
            errors.Add(text, $"{fields.Path}.password",
                "must say where the password is, not what it is; write env:NAME or file:/path (and change the password if this file was shared)");
        }
        else if (password is { } reference && Formats.ReservedProblem(reference.Value) is { } problem)
        {
            errors.Add(reference, $"{fields.Path}.password", problem);
        }
        fields.End();
        return username is { } user ? new CredentialDocument(user.Value, password?.Value) : null;
    }
}
