using System.CommandLine;

namespace Hoop.Cli.Commands;

/// <summary><c>hoop export SESSION -o FILE</c>, <c>hoop export --from … --to … -o FILE</c></summary>
internal static class ExportCommand
{
    public static Command Create(CommonOptions options, CliHost host)
    {
        var session = new Argument<string?>("SESSION") { Description = "The session's id; without it, what the options find.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string>("--output", "-o") { Description = "Where to write the evidence.", Required = true, HelpName = "FILE" };
        var filter = new SearchOptions();
        var command = new Command("export", "Save a session as signed evidence that hoop verify checks offline, or a period or search as a zip file of such.") { session, file, options.As };
        filter.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var (id, path, query) = (parsed.GetValue(session), parsed.GetRequiredValue(file), filter.Query(parsed));
            if (id is null == (query.Length == 0)) throw CliException.Usage("give either a session's id, or options that say what to export, such as --from 2026-01-01 --to 2026-02-01.");
            var api = await options.ApiAsync(parsed, host, cancel);
            var source = id is null ? $"/api/export?{query}" : $"/api/sessions/{Uri.EscapeDataString(id)}/export";
            var bytes = await SaveAsync(path, stream => api.DownloadAsync(source, stream, cancel));
            if (parsed.GetValue(options.Json)) options.Screen(host).Json(new { id, file = path, bytes });
            else options.Screen(host).Line(id is null ? $"{path}: {bytes} bytes. report.html in it is for reading; ./hoop verify {path} checks every file." : $"{path}: {bytes} bytes. Check it with ./hoop verify {path}");
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
