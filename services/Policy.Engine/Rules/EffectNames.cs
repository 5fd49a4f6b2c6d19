using System.Collections.Frozen;
using System.Numerics;
using Hoop.Contracts.Operations;

namespace Hoop.Policy.Engine.Rules;

/// <summary>The names effects have in hoop.yaml, messages and records.</summary>
public static class EffectNames
{
    private static readonly (Effects Effect, string Name)[] Pairs =
    [
        (Effects.Read, "read"), (Effects.Write, "write"), (Effects.MassWrite, "mass-write"), (Effects.Ddl, "ddl"),
        (Effects.Destructive, "destructive"), (Effects.Privilege, "privilege"), (Effects.CodeExec, "code-exec"),
        (Effects.FileAccess, "file-access"), (Effects.Network, "network"), (Effects.Session, "session"),
        (Effects.Dynamic, "dynamic"), (Effects.Unknown, "unknown"), (Effects.Lock, "lock"),
    ];

    private static readonly FrozenDictionary<string, Effects> ByName = Pairs.ToFrozenDictionary(p => p.Name, p => p.Effect);

    public static IReadOnlyList<string> All { get; } = [.. Pairs.Select(p => p.Name)];

    public static bool TryParse(string name, out Effects effect) => ByName.TryGetValue(name, out effect);

    /// <summary>The names of the effects set, in the order of the enum.</summary>
    public static IReadOnlyList<string> Of(Effects effects)
    {
        var names = new List<string>(BitOperations.PopCount((uint)effects));
        foreach (var (effect, name) in Pairs)
            if ((effects & effect) != 0) names.Add(name);
        return names;
    }

    internal static string Join(Effects effects) => string.Join(", ", Of(effects));
}
