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

/// <summary>What an export has of its own: who asked for what, and what was found; of the statements, all but their texts and what they are about.</summary>
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
    /// <summary>So much of the events, in characters, goes into the report for people.</summary>
    private const int MostReported = 8_000_000;

    /// <param name="file">Seekable.</param>
    /// <param name="statements">The statements, one a line.</param>
    public async Task WriteAsync(Stream file, ExportContents export, Stream statements, CancellationToken cancel)
    {
        await using var zip = await ZipArchive.CreateAsync(file, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancel);
        var archive = new ArchiveWriter(zip);
        var report = new BoundedReport(new HtmlReport(export), MostReported);
        var sessions = new List<object>();
        foreach (var session in export.Sessions)
            sessions.Add(await AddSessionAsync(archive, session, export.At, report, cancel));
        statements.Position = 0;
        await archive.AddAsync("statements.jsonl", CompressionLevel.Fastest, lines => statements.CopyToAsync(lines, cancel), cancel);
        var said = new Dictionary<string, object>();
        foreach (var part in parts)
            said[part.Name] = await part.AddAsync(archive, export, cancel);
        await archive.AddAsync("report.html", report.Report.ToString(), cancel);
        await archive.SignAsync(JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                format = "hoop-export", version = 2, exportedAt = export.At, by = export.By.Name, byId = export.By.Id, asked = export.Asked, keyFingerprint = key.Fingerprint,
                sessions, statements = export.Statements.Count, parts = said, files = archive.Files,
            }, Json), key, cancel);
    }

    private async Task<object> AddSessionAsync(ArchiveWriter archive, SessionSummary session, DateTimeOffset at, BoundedReport report, CancellationToken cancel)
    {
        var (file, rows) = ($"sessions/{session.Id}.jsonl", new List<(long Number, string Sha256)>());
        report.Report.Begin(session);
        await using var pause = await DropPause.BeginAsync(database, cancel);
        var (damaged, proofs) = (new List<string>(), (BundleProofs?)null);
        try
        {
            proofs = await log.ProofsAsync(session.Id, cancel, damaged);
        }
        catch (InvalidDataException e)
        {
            damaged.Add(e.Message);
        }

        await archive.AddAsync(
            file, CompressionLevel.Fastest,
            stream => BundleWriter.WriteAsync(stream, session.Id, session.PolicyVersion, at, Told(queries.EventsAsync(session.Id, -1, null, cancel), rows, report), key, proofs, cancel), cancel);
        foreach (var (number, sha256) in rows)
            await AddContentAsync(archive, session, number, sha256, damaged, report, cancel);
        report.Report.End();
        return new { id = session.Id, file, contents = rows.Count, problems = damaged };
    }

    private async Task AddContentAsync(ArchiveWriter archive, SessionSummary session, long number, string sha256, List<string> problems, BoundedReport report, CancellationToken cancel)
    {
        try
        {
            if (await contents.ReadAsync(session.Id, number, sha256, cancel) is not { } data)
            {
                problems.Add(ArchiveProblems.RowsAreGone(number));
                return;
            }

            await archive.AddAsync($"contents/{session.Id}/{number}-{sha256}.br", data, CompressionLevel.NoCompression, cancel);
            report.Rows(number, data);
        }
        catch (Exception e) when (e is InvalidDataException or HttpRequestException)
        {
            problems.Add(e.Message);
        }
    }

    private static async IAsyncEnumerable<JournalEvent> Told(IAsyncEnumerable<JournalEvent> events, List<(long, string)> rows, BoundedReport report)
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
