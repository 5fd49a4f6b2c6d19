using System.IO.Compression;
using System.Text.Json;
using Hoop.Audit.Chain;
using Hoop.Audit.Chain.Archives;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Recordings;
using Hoop.Audit.Retention;
using Hoop.Audit.Search;
using Hoop.Audit.Sessions;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;

namespace Hoop.Audit.Export;

/// <summary>What an export has of its own: who asked for what, and what was found.</summary>
/// <param name="ShowsPolicies">Whether who asked may read policies; else the export has their digests alone.</param>
internal sealed record ExportContents(
    Principal By, bool ShowsPolicies, IReadOnlyDictionary<string, string> Asked, DateTimeOffset At, IReadOnlyList<SessionSummary> Sessions, IReadOnlyList<FoundStatement> Statements);

/// <summary>Adds something to an export: proofs, the documents in force. Its answer stands in the manifest under <paramref name="Name"/>.</summary>
internal sealed record ExportPart(string Name, Func<ArchiveWriter, ExportContents, CancellationToken, Task<object>> AddAsync);

/// <summary>
/// An export as a zip file: each session as the evidence that <c>hoop verify</c> checks, its recorded rows as they are stored and as the events name
/// them by hash, the statements that were found, the policies in force, and a report for people.
/// </summary>
internal sealed class ExportArchive(AuditDatabase database, SessionQueries queries, ContentStore contents, SigningKey key, EvidenceLog log, IEnumerable<ExportPart> parts)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly JsonSerializerOptions Line = new(JsonSerializerDefaults.Web);

    /// <param name="file">Seekable: it is written here before any of it is sent, so that an export comes whole or not at all.</param>
    public async Task WriteAsync(Stream file, ExportContents export, CancellationToken cancel)
    {
        await using var zip = await ZipArchive.CreateAsync(file, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancel);
        var archive = new ArchiveWriter(zip);
        var report = new HtmlReport(export);
        var sessions = new List<object>();
        foreach (var session in export.Sessions)
            sessions.Add(await AddSessionAsync(archive, session, export.At, report, cancel));
        await archive.AddAsync("statements.jsonl", string.Concat(export.Statements.Select(s => JsonSerializer.Serialize(s, Line) + "\n")), cancel);
        var said = new Dictionary<string, object>();
        foreach (var part in parts)
            said[part.Name] = await part.AddAsync(archive, export, cancel);
        await archive.AddAsync("report.html", report.ToString(), cancel);
        await archive.SignAsync(JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                format = "hoop-export", version = 2, exportedAt = export.At, by = export.By.Name, byId = export.By.Id, asked = export.Asked, keyFingerprint = key.Fingerprint,
                sessions, statements = export.Statements.Count, parts = said, files = archive.Files,
            }, Json), key, cancel);
    }

    private async Task<object> AddSessionAsync(ArchiveWriter archive, SessionSummary session, DateTimeOffset at, HtmlReport report, CancellationToken cancel)
    {
        var (file, rows) = ($"sessions/{session.Id}.jsonl", new List<(long Number, string Sha256)>());
        report.Begin(session);
        await using var pause = await DropPause.BeginAsync(database, cancel);
        var proofs = await log.ProofsAsync(session.Id, cancel);
        await archive.AddAsync(
            file, CompressionLevel.Fastest,
            stream => BundleWriter.WriteAsync(stream, session.Id, session.PolicyVersion, at, Told(queries.EventsAsync(session.Id, -1, null, cancel), rows, report), key, proofs, cancel), cancel);
        var damaged = new List<string>();
        foreach (var (number, sha256) in rows)
            await AddContentAsync(archive, session, number, sha256, damaged, report, cancel);
        report.End();
        return new { id = session.Id, file, contents = rows.Count, problems = damaged };
    }

    private async Task AddContentAsync(ArchiveWriter archive, SessionSummary session, long number, string sha256, List<string> problems, HtmlReport report, CancellationToken cancel)
    {
        try
        {
            if (await contents.ReadAsync(session.Id, number, sha256, cancel) is not { } data)
            {
                problems.Add(ArchiveProblems.RowsAreGone(number));
                return;
            }

            await archive.AddAsync($"contents/{session.Id}/{number}-{sha256}.br", data, CompressionLevel.NoCompression, cancel);
            report.Rows(number, ContentStore.Rows(data));
        }
        catch (Exception e) when (e is InvalidDataException or HttpRequestException)
        {
            problems.Add(e.Message);
        }
    }

    private static async IAsyncEnumerable<JournalEvent> Told(IAsyncEnumerable<JournalEvent> events, List<(long, string)> rows, HtmlReport report)
    {
        await foreach (var e in events)
        {
            if (ContentReference.Of(e) is { } content)
                rows.Add((content.Number, content.Sha256));
            report.Add(e);
            yield return e;
        }
    }
}
