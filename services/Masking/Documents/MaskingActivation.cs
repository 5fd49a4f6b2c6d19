using System.Security.Cryptography;
using System.Text.Json;
using Hoop.Contracts.Documents;
using Hoop.Masking.Engine;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Documents;

namespace Hoop.Masking.Documents;

/// <summary>Masks of a policy version → stored, in force, announced.</summary>
internal sealed class MaskingActivation(MaskingStore store, Announcer<MaskingActivated> announcer, TimeProvider clock, ILogger<MaskingActivation> logger)
{
    // Only to prove that the masks compile; Ingress has the real one.
    private static readonly byte[] TrialKey = new byte[32];

    private volatile MaskingDocument? _current;

    public MaskingDocument? Current => _current;

    /// <summary>Puts in force what was so before this instance started.</summary>
    public async Task RestoreAsync(CancellationToken cancel)
    {
        await store.CreateSchemaAsync(cancel);
        if (await store.CurrentAsync(cancel) is not { } document) return;
        _current = document;
        announcer.Announce(new MaskingActivated(document.Version, document.Digest));
    }

    public async Task ActivateAsync(HoopDocument policy, CancellationToken cancel)
    {
        var document = new MaskingDocument(policy.Version, DigestOf(policy.Masks), policy.Masks);
        if (!Compiles(document)) return;
        var added = await store.AddAsync(document, clock.GetUtcNow(), cancel);
        _current = document;
        if (added) logger.Activated(document.Version, document.Digest);
        announcer.Announce(new MaskingActivated(document.Version, document.Digest));
    }

    private bool Compiles(MaskingDocument document)
    {
        try
        {
            MaskingEngine.Compile(document, TrialKey);
            return true;
        }
        catch (ArgumentException e)
        {
            logger.Unusable(document.Version, e.Message);
            return false;
        }
    }

    internal static string DigestOf(IReadOnlyList<MaskDocument> masks) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(masks, DocumentCache<MaskingDocument>.Json)));
}
