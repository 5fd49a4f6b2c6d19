using System.Collections.Concurrent;
using Hoop.Contracts.Documents;
using Hoop.Masking.Engine.Columns;

namespace Hoop.Masking.Engine;

/// <summary>Compiled masks of all targets. Immutable, thread-safe.</summary>
public sealed class MaskingEngine
{
    /// <summary>Callers ask for registered targets and the document's roles, so this is never reached in earnest; it bounds memory if they do not.</summary>
    private const int CacheLimit = 4096;

    private readonly CompiledMask[] masks;
    private readonly ConcurrentDictionary<MaskAudience, TargetMasks> cache = new(MaskAudience.Comparer);

    private MaskingEngine(CompiledMask[] masks) => this.masks = masks;

    /// <param name="key">Secret of at least 32 bytes for <see cref="MaskMode.Hash"/>; may be empty when no mask hashes.</param>
    /// <exception cref="ArgumentException">A mask that cannot be applied as written; the message names it.</exception>
    public static MaskingEngine Compile(MaskingDocument document, ReadOnlySpan<byte> key)
    {
        var secret = key.ToArray();
        return new([.. document.Masks.Select(mask => CompiledMask.Compile(mask, secret))]);
    }

    /// <summary>The masks that apply on a target to somebody with these roles. Cached; the same object for the same roles.</summary>
    public TargetMasks For(string target, IReadOnlyList<string> roles)
    {
        if (cache.TryGetValue(new MaskAudience(target, roles), out var found))
            return found;
        var built = new TargetMasks([.. masks.Where(mask => mask.AppliesTo(target, roles))]);
        return cache.Count < CacheLimit ? cache.GetOrAdd(new MaskAudience(target, [.. roles]), built) : built;
    }
}
