using System.Buffers.Text;
using Hoop.Approval.Saga;
using Hoop.Approval.Storage;
using Hoop.Contracts.Identity;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.StepUps;

/// <summary>Registers passkeys and takes their word for a vote. The ceremonies are ASP.NET Core's own; what is kept and for whom is decided here.</summary>
internal sealed class Passkeys(
    IPasskeyHandler<PasskeyOwner> handler, IDbContextFactory<ApprovalDb> databases, StepUpSeals seals, TimeProvider clock, ILogger<Passkeys> logger)
{
    public const int MostPerPerson = 10;
    private const int LongestName = 100;

    public async Task<List<PasskeyView>> ListAsync(Principal person, CancellationToken cancel)
    {
        var owner = PasskeyOwner.Of(person).Handle;
        await using var db = await databases.CreateDbContextAsync(cancel);
        return [.. (await db.Passkeys.AsNoTracking().Where(key => key.Owner == owner).OrderBy(key => key.CreatedAt).ToListAsync(cancel))
            .Select(key => new PasskeyView(Base64Url.EncodeToString(key.CredentialId), key.Name, key.CreatedAt, key.LastUsedAt))];
    }

    /// <summary>What the browser's <c>navigator.credentials.create()</c> is called with.</summary>
    public async Task<(Ceremony? Begun, Refusal? Refusal)> BeginRegistrationAsync(HttpContext context, Principal person)
    {
        if (RefuseKeeper(person) is { } refusal) return (null, refusal);
        if ((await ListAsync(person, context.RequestAborted)).Count >= MostPerPerson)
            return (null, new("too-many-passkeys", $"You have {MostPerPerson} passkeys already. Remove one first."));
        var made = await handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity { Id = PasskeyOwner.Of(person).Handle, Name = person.Email ?? person.Name, DisplayName = person.Name }, context);
        return (new Ceremony(made.CreationOptionsJson, seals.Seal(new CeremonyState(Guid.NewGuid(), person.Id, [], made.AttestationState ?? ""))), null);
    }

    public async Task<Refusal?> RegisterAsync(HttpContext context, Principal person, string state, string credential, string? name)
    {
        if (RefuseKeeper(person) is { } refusal) return refusal;
        if (seals.OpenCeremony(state) is not { } begun || begun.PrincipalId != person.Id) return NotBegun;
        var cancel = context.RequestAborted;
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (!await db.TryEnterInboxAsync(begun.Id, clock.GetUtcNow(), cancel)) return NotBegun;
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = context, CredentialJson = credential, AttestationState = begun.State });
        if (!result.Succeeded)
        {
            logger.PasskeyRefused(person.Id, result.Failure.Message);
            return new("passkey-refused", "The passkey could not be registered: the browser's answer does not fit. Begin again.");
        }
        var owner = PasskeyOwner.Of(person).Handle;
        var key = result.Passkey;
        db.Passkeys.Add(new StoredPasskey
        {
            CredentialId = key.CredentialId, Owner = owner, PrincipalId = person.Id, Name = NameOf(name), Facts = FactsOf(key), CreatedAt = clock.GetUtcNow(),
        });
        await db.SaveChangesAsync(cancel);
        logger.PasskeyRegistered(person.Id);
        return null;
    }

    public async Task<Refusal?> RemoveAsync(Principal person, string id, CancellationToken cancel)
    {
        if (RefuseKeeper(person) is { } refusal) return refusal;
        if (!Base64Url.IsValid(id)) return Unknown;
        var (credential, owner) = (Base64Url.DecodeFromChars(id), PasskeyOwner.Of(person).Handle);
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (await db.Passkeys.Where(key => key.CredentialId == credential && key.Owner == owner).ExecuteDeleteAsync(cancel) == 0) return Unknown;
        logger.PasskeyRemoved(person.Id);
        return null;
    }

    /// <summary>What <c>navigator.credentials.get()</c> is called with, to approve just these requests.</summary>
    public async Task<(Ceremony? Begun, Refusal? Refusal)> BeginProofAsync(HttpContext context, Principal person, IReadOnlyList<Guid> requests)
    {
        if (person.Kind != "human" || person.Actors.Count > 0) return (null, NotAPerson);
        if ((await ListAsync(person, context.RequestAborted)).Count == 0)
            return (null, new("no-passkey", "You have no passkey here yet. Register one in the portal, then approve."));
        var made = await handler.MakeRequestOptionsAsync(PasskeyOwner.Of(person), context);
        return (new Ceremony(made.RequestOptionsJson, seals.Seal(new CeremonyState(Guid.NewGuid(), person.Id, requests, made.AssertionState ?? ""))), null);
    }

    /// <summary>A proof to send with the votes: for this person, these requests and the next minutes only.</summary>
    public async Task<(Proof? Proof, Refusal? Refusal)> ProveAsync(HttpContext context, Principal person, string state, string credential)
    {
        if (seals.OpenCeremony(state) is not { } begun || begun.PrincipalId != person.Id) return (null, NotBegun);
        var (cancel, now) = (context.RequestAborted, clock.GetUtcNow());
        await using var db = await databases.CreateDbContextAsync(cancel);
        // Each challenge is answered once.
        if (!await db.TryEnterInboxAsync(begun.Id, now, cancel)) return (null, NotBegun);
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = context, CredentialJson = credential, AssertionState = begun.State });
        if (!result.Succeeded || result.User.Handle != PasskeyOwner.Of(person).Handle)
        {
            logger.PasskeyRefused(person.Id, result.Failure?.Message ?? "it is somebody else's");
            return (null, new("passkey-refused", "The passkey's answer does not fit. Begin again."));
        }
        var key = await db.Passkeys.SingleAsync(one => one.CredentialId == result.Passkey.CredentialId, cancel);
        (key.Facts, key.LastUsedAt) = (FactsOf(result.Passkey), now);
        await db.SaveChangesAsync(cancel);
        return (new Proof(seals.Seal(new PasskeyProof(person.Id, begun.Requests)), now + StepUpSeals.Lifetime), null);
    }

    private static readonly Refusal NotAPerson = new("not-a-person", "Only a person can do this, signed in as themselves.");
    private static readonly Refusal NotBegun = new("not-begun", "This was not begun by you, took too long, or is done already. Begin again.");
    private static readonly Refusal Unknown = new("not-found", "You have no such passkey. List yours.");

    /// <summary>Whoever found an open browser must not add a passkey of their own to it, nor take one away.</summary>
    private Refusal? RefuseKeeper(Principal person) =>
        person.Kind != "human" || person.Actors.Count > 0 ? NotAPerson
        : FreshSignIn.Is(person, clock.GetUtcNow()) ? null
        : new("sign-in-needed", "To change your passkeys, sign in again: your sign-in must be at most five minutes old.");

    private static string NameOf(string? name)
    {
        var shown = string.Concat((name ?? "").Where(c => !char.IsControl(c))).Trim();
        return shown.Length == 0 ? "passkey" : shown.Length > LongestName ? shown[..LongestName] : shown;
    }

    private static PasskeyFacts FactsOf(UserPasskeyInfo key) =>
        new(key.PublicKey, key.SignCount, key.Transports, key.IsUserVerified, key.IsBackupEligible, key.IsBackedUp, key.AttestationObject, key.ClientDataJson);
}

/// <param name="Options">JSON for the browser.</param>
/// <param name="State">To be sent back with the browser's answer.</param>
internal sealed record Ceremony(string Options, string State);

internal sealed record Proof(string Value, DateTimeOffset Until);

internal sealed record PasskeyView(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);
