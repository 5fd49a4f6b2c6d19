using System.CommandLine;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop export SESSION -o FILE</c></summary>
internal static class ExportCommand
{
    public static Command Create(CommonOptions options, CliHost host)
    {
        var session = new Argument<string>("SESSION") { Description = "The session's id." };
        var file = new Option<string>("--output", "-o") { Description = "Where to write the evidence.", Required = true, HelpName = "FILE" };
        var command = new Command("export", "Save a session as signed evidence that hoop verify checks offline.") { session, file, options.As };
        command.SetAction(async (parsed, cancel) =>
        {
            var (id, path) = (parsed.GetRequiredValue(session), parsed.GetRequiredValue(file));
            var api = await options.ApiAsync(parsed, host, cancel);
            var bytes = await SaveAsync(path, stream => api.DownloadAsync($"/api/sessions/{Uri.EscapeDataString(id)}/export", stream, cancel));
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(new { id, file = path, bytes });
            else options.Screen(host).Line($"{path}: {bytes} bytes. Check it with ./hoop verify {path}");
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>The file appears whole or not at all.</summary>
    private static async Task<long> SaveAsync(string path, Func<Stream, Task> download)
    {
        var part = path + ".part";
        try
        {
            long length;
            await using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write))
            {
                await download(stream);
                length = stream.Length;
            }
            File.Move(part, path, overwrite: true);
            return length;
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }
}
