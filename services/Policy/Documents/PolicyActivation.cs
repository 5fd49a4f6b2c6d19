using Hoop.Contracts.Documents;
using Hoop.Policy.Engine;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Documents;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hoop.Policy.Documents;

/// <summary>The one way to a new version: validate, store, put in force, announce.</summary>
internal sealed class PolicyActivation(
    PolicyStore store, HoopDocuments documents, Announcer<PolicyActivated> announcer, IOptions<PolicyOptions> options, TimeProvider clock, ILogger<PolicyActivation> logger)
{
    private volatile ActivePolicy? _active;

    /// <summary>As last seen by this instance.</summary>
    public ActivePolicy? Active => _active;

    /// <summary>The active version as the database has it (another instance may have changed it); this instance's own when that does not answer.</summary>
    public async Task<ActivePolicy?> CurrentAsync(CancellationToken cancel)
    {
        try
        {
            if (await store.CurrentAsync(cancel) is { } current) PutInForce(current);
        }
        catch (NpgsqlException) when (_active is not null)
        {
            // The last good stays in force.
        }
        return _active;
    }

    public async Task<PolicyActivationResult> ActivateAsync(string yaml, string source, string by, CancellationToken cancel)
    {
        var read = HoopYaml.Read(yaml);
        if (read.Document is null) return new PolicyActivationResult(null, false, read.Errors);

        var (policy, added) = await store.AddAsync(WithIssuer(read.Document), yaml, source, by, clock.GetUtcNow(), cancel);
        PutInForce(policy);
        if (added)
        {
            logger.Activated(policy.Version.Version, policy.Version.Digest, source, by);
            announcer.Announce(new PolicyActivated(policy.Version.Version, policy.Version.Digest));
        }
        return new PolicyActivationResult(policy, added, []);
    }

    /// <summary>Tells everybody the version that was active before this instance started.</summary>
    public void AnnounceCurrent()
    {
        if (_active is { } active) announcer.Announce(new PolicyActivated(active.Version.Version, active.Version.Digest));
    }

    private HoopDocument WithIssuer(HoopDocument document)
    {
        if (document.Issuers.Count > 0) return document;
        if (options.Value.Issuer is { } issuer) return document with { Issuers = [issuer] };
        logger.NoIssuer();
        return document;
    }

    private void PutInForce(ActivePolicy policy)
    {
        if (_active is { } known && known.Version.Version >= policy.Version.Version) return;
        _active = policy;
        documents.Set(policy.Document);
    }
}

/// <param name="Policy">The active version afterwards; null when there are errors.</param>
/// <param name="Added">False when the active version already said the same.</param>
internal sealed record PolicyActivationResult(ActivePolicy? Policy, bool Added, IReadOnlyList<YamlError> Errors);
