using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary><c>access</c>: roles that may use Hoop's own surfaces.</summary>
internal static class AccessSection
{
    public static AccessDocument Read(YamlFields top, KnownNames names)
    {
        if (top.Fields("access") is not { } fields) return new AccessDocument();
        var access = new AccessDocument
        {
            ViewSessions = Roles("viewSessions"), ExportSessions = Roles("exportSessions"), WatchSessions = Roles("watchSessions"),
            KillSessions = Roles("killSessions"), HoldSessions = Roles("holdSessions"), EditPolicy = Roles("editPolicy"),
        };
        fields.End();
        return access;

        IReadOnlyList<string> Roles(string key) => names.Roles(fields.Texts(key), $"access.{key}");
    }
}
