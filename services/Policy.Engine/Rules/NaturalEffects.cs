using Hoop.Contracts.Operations;

namespace Hoop.Policy.Engine.Rules;

/// <summary>
/// What a verb does by its own nature, so that a rule that names the verb need not list the effect too.
/// Everything else (code execution, files, network, session, dynamic, unknown, locks) a rule must list; so must a rule for SELECT or a
/// call that writes.
/// </summary>
internal static class NaturalEffects
{
    private const Effects Rows = Effects.Write | Effects.MassWrite;
    private const Effects Schema = Effects.Write | Effects.Ddl;

    /// <summary>Needs no covering: without it there is hardly a statement.</summary>
    public const Effects Always = Effects.Read;

    /// <summary>What <c>verbs: ["*"]</c> covers without naming a verb.</summary>
    public const Effects OfAnyVerb = Effects.Write;

    public static Effects Of(string verb) => verb switch
    {
        "insert" or "update" or "delete" or "merge" or "copy-from" => Rows,
        "create" or "alter" or "comment" or "security-label" or "refresh" or "reindex" or "cluster" or "import" => Schema,
        "drop" => Schema | Effects.Destructive,
        "truncate" => Rows | Schema | Effects.Destructive,
        "grant" or "revoke" => Schema | Effects.Privilege,
        _ => Effects.None,
    };
}
