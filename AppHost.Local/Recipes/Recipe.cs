using Hoop.AppHost.Local.Running;

namespace Hoop.AppHost.Local.Recipes;

/// <summary>How one resource is run on this machine.</summary>
abstract class Recipe
{
    /// <summary>Binaries without which nothing can start, with the Debian package that brings each.</summary>
    public virtual IEnumerable<RequiredBinary> Requires => [];

    /// <summary>Called before every start.</summary>
    public abstract Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Whether it does its job now.</summary>
    public virtual Task<bool> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>Called once after every start, when the probe first succeeds and before anybody depends on it.</summary>
    public virtual Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <param name="Path">Null when it was not found.</param>
sealed record RequiredBinary(string Name, string Package, string? Path);
