using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary><c>identity</c>: whose tokens count. May be absent: then the service's default issuer is used, when it has one.</summary>
internal static class IdentitySection
{
    private static readonly string[] ClaimNames = ["groups", "kind", "name", "email"];

    public static IReadOnlyList<IssuerDocument> Read(YamlFields top, YamlErrors errors)
    {
        if (top.Fields("identity") is not { } identity) return [];
        var issuers = new List<IssuerDocument>();
        switch (identity.Node("issuers"))
        {
            case null: break;
            case YamlList list:
                foreach (var item in list.Items)
                    if (ReadIssuer(item, errors, issuers) is { } issuer) issuers.Add(issuer);
                break;
            case var other:
                errors.Add(other, "identity.issuers", $"must be a list, not {other.Shape}; such as - {{ url: https://login.example.com, audience: hoop }}");
                break;
        }
        identity.End();
        return issuers;
    }

    private static IssuerDocument? ReadIssuer(YamlNode item, YamlErrors errors, List<IssuerDocument> before)
    {
        const string path = "identity.issuers";
        if (item is not YamlMap map)
        {
            errors.Add(item, path, $"every issuer must be a map, not {item.Shape}; such as {{ url: https://login.example.com, audience: hoop }}");
            return null;
        }
        var fields = new YamlFields(errors, map, path);
        var url = fields.Text("url", "url: https://login.example.com");
        if (url is { } text && Formats.IssuerProblem(text.Value) is { } problem) errors.Add(text, $"{path}.url", problem);
        if (url is { } again && before.Any(i => i.Url == again.Value)) errors.Add(again, $"{path}.url", "this issuer is listed twice; keep one");
        var audience = fields.Text("audience", "audience: hoop");
        var claims = ReadClaims(fields);
        fields.End();
        return url is { } u && audience is { } a ? new IssuerDocument(u.Value, a.Value, claims) : null;
    }

    private static Dictionary<string, string> ReadClaims(YamlFields issuer)
    {
        var claims = new Dictionary<string, string>(StringComparer.Ordinal);
        if (issuer.Fields("claims") is not { } fields) return claims;
        foreach (var name in ClaimNames)
            if (fields.Text(name) is { } claim) claims.Add(name, claim.Value);
        fields.End();
        return claims;
    }
}
