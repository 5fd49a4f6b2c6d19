namespace Hoop.AppHost.Local.Recipes;

static class ContainerEngine
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(4);

    /// <summary>A docker client alone is not an engine: only an answer from the engine counts.</summary>
    public static async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        if (Binaries.Find("docker") is not { } docker)
            return false;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            return (await Shell.TryAsync(new LaunchableCommand(docker, "info", "--format", "{{.ServerVersion}}"), deadline.Token)).ExitCode == 0;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
