using Hoop.Contracts.Operations;

namespace Hoop.Policy.Engine.Rules;

/// <summary>
/// What a verb does by its own nature, so that a rule that names the verb need not list the effect too.
/// Everything else (code execution, files, network, session, dynamic, unknown, locks) a rule must list.
/// </summary>
internal static class NaturalEffects
{
    /// <summary>Carried by every verb: what the verb itself already says.</summary>
    public const Effects Always = Effects.Read | Effects.Write;

    public static Effects Of(string verb) => verb switch
    {
        "insert" or "update" or "delete" or "merge" or "copy-from" => Effects.MassWrite,
        "create" or "alter" or "comment" or "security-label" or "refresh" or "reindex" or "cluster" => Effects.Ddl,
        "drop" => Effects.Ddl | Effects.Destructive,
        "truncate" => Effects.MassWrite | Effects.Ddl | Effects.Destructive,
        "grant" or "revoke" => Effects.Ddl | Effects.Privilege,
        _ => Effects.None,
    };
}
