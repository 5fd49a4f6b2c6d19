using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sessions;

/// <summary>The names of <see cref="Effects"/> as hoop.yaml and people write them.</summary>
internal static class EffectNames
{
    private static readonly (Effects Flag, string Name)[] Names =
    [
        (Effects.Read, "read"), (Effects.Write, "write"), (Effects.MassWrite, "mass-write"), (Effects.Ddl, "ddl"),
        (Effects.Destructive, "destructive"), (Effects.Privilege, "privilege"), (Effects.CodeExec, "code-exec"),
        (Effects.FileAccess, "file-access"), (Effects.Network, "network"), (Effects.Session, "session"),
        (Effects.Dynamic, "dynamic"), (Effects.Unknown, "unknown"), (Effects.Lock, "lock"),
    ];

    internal static List<string> Of(Effects effects) => [.. Names.Where(entry => effects.HasFlag(entry.Flag)).Select(entry => entry.Name)];
}
