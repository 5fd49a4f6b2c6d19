using Hoop.Approval.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Hoop.Approval.StepUps;

/// <summary>
/// ASP.NET Core's passkey handler looks up owners and passkeys here. It is no user database: people and their names come from tokens alone, so
/// all that would change a user is refused.
/// </summary>
internal sealed class PasskeyStore(IDbContextFactory<ApprovalDb> databases) : IUserPasskeyStore<PasskeyOwner>
{
    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(PasskeyOwner user, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return (await db.Passkeys.AsNoTracking().Where(key => key.Owner == user.Handle).ToListAsync(cancellationToken)).ConvertAll(Info);
    }

    public async Task<PasskeyOwner?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Passkeys.AsNoTracking().SingleOrDefaultAsync(key => key.CredentialId == credentialId, cancellationToken) is { } key ? new PasskeyOwner(key.Owner) : null;
    }

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(PasskeyOwner user, byte[] credentialId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Passkeys.AsNoTracking().SingleOrDefaultAsync(key => key.CredentialId == credentialId && key.Owner == user.Handle, cancellationToken) is { } key ? Info(key) : null;
    }

    /// <summary>Everybody whom a token names has a handle.</summary>
    public Task<PasskeyOwner?> FindByIdAsync(string userId, CancellationToken cancellationToken) => Task.FromResult<PasskeyOwner?>(new PasskeyOwner(userId));

    public Task<string> GetUserIdAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult(user.Handle);

    public Task<string?> GetUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Handle);

    public Task<string?> GetNormalizedUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Handle);

    public Task AddOrUpdatePasskeyAsync(PasskeyOwner user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw NotHere();

    public Task RemovePasskeyAsync(PasskeyOwner user, byte[] credentialId, CancellationToken cancellationToken) => throw NotHere();

    public Task<PasskeyOwner?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw NotHere();

    public Task SetUserNameAsync(PasskeyOwner user, string? userName, CancellationToken cancellationToken) => throw NotHere();

    public Task SetNormalizedUserNameAsync(PasskeyOwner user, string? normalizedName, CancellationToken cancellationToken) => throw NotHere();

    public Task<IdentityResult> CreateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw NotHere();

    public Task<IdentityResult> UpdateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw NotHere();

    public Task<IdentityResult> DeleteAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw NotHere();

    public void Dispose()
    {
        // Holds nothing.
    }

    private static UserPasskeyInfo Info(StoredPasskey key) => new(
        key.CredentialId, key.Facts.PublicKey, key.CreatedAt, key.Facts.SignCount, key.Facts.Transports, key.Facts.UserVerified,
        key.Facts.BackupEligible, key.Facts.BackedUp, key.Facts.Attestation, key.Facts.ClientData);

    private static NotSupportedException NotHere() => new("People come from tokens; only their passkeys are kept, by Passkeys.");
}
