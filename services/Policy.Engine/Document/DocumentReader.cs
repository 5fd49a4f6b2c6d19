using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary>The top level of hoop.yaml. Roles and targets are read first: the other sections refer to them.</summary>
internal static class DocumentReader
{
    public static HoopDocument Read(YamlMap root, YamlErrors errors)
    {
        var top = new YamlFields(errors, root, "");
        ReadVersion(top, errors);
        var issuers = IdentitySection.Read(top, errors);
        var names = new KnownNames(errors);
        var targets = TargetsSection.Read(top, errors);
        var roles = RolesSection.Read(top, errors);
        names.Add(targets, roles, top);
        var document = new HoopDocument
        {
            Issuers = issuers,
            Targets = targets,
            Roles = roles,
            Policies = PoliciesSection.Read(top, errors, names),
            Masks = MasksSection.Read(top, errors, names),
            Access = AccessSection.Read(top, names),
            Notifications = new NotificationsSection(errors, names, targets).Read(top),
        };
        top.End();
        return document;
    }

    private static void ReadVersion(YamlFields top, YamlErrors errors)
    {
        var node = top.Node("version");
        if (node is null) top.Missing("version", "version: 1");
        else if (node is not YamlScalar { Value: "1" }) errors.Add(node, "version", "must be 1, the only version there is");
    }
}
