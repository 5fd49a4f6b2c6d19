using System.Text;
using Hoop.Contracts.Documents;
using Microsoft.Extensions.Configuration;

namespace Hoop.ServiceDefaults.Documents;

/// <summary>
/// Resolves <c>env:NAME</c> and <c>file:/path</c> of hoop.yaml at the moment of use; nothing is kept, and no error holds a value. Whoever edits hoop.yaml may use what
/// is there for it: no setting of Hoop's own, and no file but a small regular one below <c>Hoop:SecretsDirectory</c>, wherever links lead.
/// </summary>
public sealed class References(IConfiguration configuration)
{
    private const string Environment = "env:", File = "file:", DefaultDirectory = "/run/secrets";
    private const int MaxBytes = 64 * 1024, MostLinks = 64;

    public static bool Is(string text) => text.StartsWith(Environment, StringComparison.Ordinal) || text.StartsWith(File, StringComparison.Ordinal);

    /// <exception cref="ReferenceException">It leads nowhere, or where nobody may look.</exception>
    public async ValueTask<string> ResolveAsync(string reference, CancellationToken cancel)
    {
        if (reference.StartsWith(Environment, StringComparison.Ordinal)) return Variable(reference[Environment.Length..]);
        if (reference.StartsWith(File, StringComparison.Ordinal)) return await ReadAsync(reference[File.Length..], cancel);
        // hoop.yaml with a secret in it is refused; should one get here, it is not used.
        throw new ReferenceException("a secret is no reference; write env:NAME or file:/path in hoop.yaml");
    }

    /// <summary>A plain value, or a reference resolved.</summary>
    /// <exception cref="ReferenceException">It leads nowhere, or where nobody may look.</exception>
    public ValueTask<string> PlainOrResolvedAsync(string value, CancellationToken cancel) => Is(value) ? ResolveAsync(value, cancel) : new(value);

    private static string Variable(string name) =>
        ReservedReferences.IsVariable(name) ? throw new ReferenceException($"the environment variable {name} {ReservedReferences.VariableRule}")
        : System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value
        : throw new ReferenceException($"the environment variable {name} is not set where the service runs that uses it");

    private async Task<string> ReadAsync(string path, CancellationToken cancel)
    {
        if (!path.StartsWith('/') || ReservedReferences.IsFile(path)) throw new ReferenceException($"the file {path} {ReservedReferences.FileRule}");
        try
        {
            var (real, directory) = (Real(path), configuration["Hoop:SecretsDirectory"] is { Length: > 0 } own ? own : DefaultDirectory);
            if (!IsBelow(real, Real(directory)) || ReservedReferences.IsFile(real) || IsOwn(real))
                throw new ReferenceException($"the file {path} is not below {directory} (Hoop__SecretsDirectory), where files for hoop.yaml lie");
            return await ReadSmallAsync(path, real, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ReferenceException($"the file {path} cannot be read where the service runs that uses it");
        }
    }

    private static async Task<string> ReadSmallAsync(string path, string real, CancellationToken cancel)
    {
        // Pipes, devices and what a kernel makes up have no length; opening one of them could wait for ever.
        if (new FileInfo(real) is not { Exists: true, Length: > 0 and <= MaxBytes }) throw new ReferenceException($"the file {path} is not a regular file of 1 byte to {MaxBytes / 1024} KiB");
        await using var stream = new FileStream(real, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[MaxBytes];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        return Encoding.UTF8.GetString(bytes.AsSpan(0, length)).TrimStart('\uFEFF').TrimEnd('\r', '\n');
    }

    private bool IsOwn(string real) => configuration["Hoop:DataDirectory"] is { Length: > 0 } data && IsBelow(real, Real(Path.GetFullPath(data)));

    private static bool IsBelow(string path, string directory) => path.StartsWith(directory.TrimEnd('/') + '/', StringComparison.Ordinal);

    /// <summary>The path with every link on the way followed.</summary>
    private static string Real(string path, int depth = 0)
    {
        if (depth > MostLinks) throw new IOException("links in a circle");
        if (Path.GetDirectoryName(path) is not { } parent) return path;
        var directory = Real(parent, depth + 1);
        var here = Path.Combine(directory, Path.GetFileName(path));
        return new FileInfo(here).LinkTarget is { } target ? Real(Path.GetFullPath(target, directory), depth + 1) : here;
    }
}

/// <summary>A reference of hoop.yaml leads nowhere; the message says what to mend, and holds no value.</summary>
public sealed class ReferenceException(string message) : Exception(message);
