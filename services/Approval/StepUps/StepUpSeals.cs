using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace Hoop.Approval.StepUps;

/// <summary>What one ceremony must come back with.</summary>
/// <param name="Requests">For a vote: the requests it may approve.</param>
internal sealed record CeremonyState(Guid Id, string PrincipalId, IReadOnlyList<Guid> Requests, string State);

/// <summary>A person confirmed with their passkey that they mean these requests.</summary>
internal sealed record PasskeyProof(string PrincipalId, IReadOnlyList<Guid> Requests);

/// <summary>Seals what travels through the browser, for a few minutes; every instance can open it.</summary>
internal sealed class StepUpSeals(IDataProtectionProvider protection)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    // Purposes of their own: neither passes for the other.
    private readonly ITimeLimitedDataProtector _ceremonies = protection.CreateProtector("Hoop.StepUp.Ceremony").ToTimeLimitedDataProtector();
    private readonly ITimeLimitedDataProtector _proofs = protection.CreateProtector("Hoop.StepUp.Proof").ToTimeLimitedDataProtector();

    public string Seal(CeremonyState state) => _ceremonies.Protect(JsonSerializer.Serialize(state), Lifetime);

    public string Seal(PasskeyProof proof) => _proofs.Protect(JsonSerializer.Serialize(proof), Lifetime);

    /// <summary>Null: not sealed here, or too old.</summary>
    public CeremonyState? OpenCeremony(string text) => Open<CeremonyState>(_ceremonies, text);

    /// <summary>Null: not sealed here, or too old.</summary>
    public PasskeyProof? OpenProof(string text) => Open<PasskeyProof>(_proofs, text);

    private static T? Open<T>(ITimeLimitedDataProtector protector, string text) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(protector.Unprotect(text));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
