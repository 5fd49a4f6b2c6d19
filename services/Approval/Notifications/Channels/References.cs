namespace Hoop.Approval.Notifications.Channels;

/// <summary>Resolves <c>env:NAME</c> and <c>file:/path</c> at the moment of use; nothing is kept, and no error holds a value.</summary>
internal static class References
{
    private const string Environment = "env:", File = "file:";

    /// <exception cref="ReceiverException">It leads nowhere.</exception>
    public static async Task<string> ResolveAsync(string reference, CancellationToken cancel)
    {
        if (reference.StartsWith(Environment, StringComparison.Ordinal)) return Variable(reference[Environment.Length..]);
        if (reference.StartsWith(File, StringComparison.Ordinal)) return await ReadAsync(reference[File.Length..], cancel);
        // hoop.yaml with a secret in it is refused; should one get here, it is not used.
        throw new ReceiverException("a secret of the receiver is no reference; write env:NAME or file:/path in hoop.yaml");
    }

    /// <summary>A plain value, or a reference resolved.</summary>
    /// <exception cref="ReceiverException">It leads nowhere.</exception>
    public static Task<string> PlainOrResolvedAsync(string value, CancellationToken cancel) =>
        value.StartsWith(Environment, StringComparison.Ordinal) || value.StartsWith(File, StringComparison.Ordinal) ? ResolveAsync(value, cancel) : Task.FromResult(value);

    private static string Variable(string name) =>
        System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? value
            : throw new ReceiverException($"the environment variable {name} is not set; set it where the Approval service runs");

    private static async Task<string> ReadAsync(string path, CancellationToken cancel)
    {
        try
        {
            return (await System.IO.File.ReadAllTextAsync(path, cancel)).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReceiverException($"the file {path} cannot be read where the Approval service runs");
        }
    }
}
