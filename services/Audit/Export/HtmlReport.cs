using System.Globalization;
using System.Text;
using System.Text.Json;
using Hoop.Audit.Sessions;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Export;

/// <summary>An export for people: one static page, no script, every text from elsewhere encoded. What it shows is bounded; the files beside it are whole.</summary>
internal sealed class HtmlReport
{
    private const int MostEvents = 20_000, MostOfASession = 500, MostRows = 20, LongestText = 2000;

    private const string Head = """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Hoop export</title>
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <style>body{font:14px/1.5 system-ui,sans-serif;margin:2rem;color:#222}table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{border:1px solid #ccc;padding:.2rem .5rem;text-align:left;vertical-align:top}
        td,th,pre,b{unicode-bidi:isolate}pre{direction:ltr;margin:0;white-space:pre-wrap;overflow-wrap:anywhere}.block td{background:#fde8e8}.hold td{background:#fff4d6}.failed td{background:#fdf0e6}h2{margin-top:2rem}mark{background:#ffd6f5;font:12px monospace}</style></head><body>
        """;

    private readonly StringBuilder html = new(Head);
    private int shown, ofSession;

    public HtmlReport(ExportContents export)
    {
        html.Append("<h1>Hoop export</h1><table>");
        Pair("Exported", Time(export.At));
        Pair("By", $"{export.By.Name} ({export.By.Id})");
        foreach (var (name, value) in export.Asked)
            Pair(name, value);
        Pair("Sessions", export.Sessions.Count.ToString(CultureInfo.InvariantCulture));
        Pair("Statements found", export.Statements.Count.ToString(CultureInfo.InvariantCulture));
        html.Append("</table><p>Each file in <code>sessions/</code> is signed evidence: <code>hoop verify FILE</code> checks it offline.</p>");
    }

    public void Begin(SessionSummary session)
    {
        ofSession = 0;
        html.Append("<h2>Session ").Append(Text(session.Id)).Append("</h2><table>");
        Pair("Who", session.Principal ?? "unknown");
        Pair("Identity", session.PrincipalId ?? "unknown");
        Pair("Target", session.Target ?? "unknown");
        Pair("Started", session.StartedAt is { } started ? Time(started) : "unknown");
        Pair("Ended", session.EndedAt is { } ended ? $"{Time(ended)}: {session.Cause}" : session.State);
        Pair("Operations", $"{session.Operations}, {session.Held} held, {session.Blocked} blocked");
        html.Append("</table><table><tr><th>#<th>at<th>event<th>what</tr>");
    }

    public void Add(JournalEvent e)
    {
        if (++ofSession > MostOfASession || ++shown > MostEvents)
            return;
        using var payload = JsonDocument.Parse(e.Payload);
        html.Append("<tr class=\"").Append(Mood(e, payload.RootElement)).Append("\"><td>").Append(e.Sequence).Append("<td>").Append(Time(e.At)).Append("<td>").Append(Text(e.Kind)).Append("<td>");
        foreach (var property in payload.RootElement.EnumerateObject())
            html.Append("<b>").Append(Text(property.Name)).Append("</b> <pre>").Append(Text(property.Value.ToString())).Append("</pre>");
        html.Append("</tr>");
    }

    /// <summary>After the session's events: the first recorded rows of each result.</summary>
    public void Rows(long number, IReadOnlyList<string?[]> rows)
    {
        if (++shown > MostEvents)
            return;
        html.Append("</table><h3>Recorded rows ").Append(number).Append("</h3><table>");
        foreach (var row in rows.Take(MostRows))
        {
            html.Append("<tr>");
            foreach (var value in row)
                html.Append("<td><pre>").Append(value is null ? "<i>NULL</i>" : Text(value)).Append("</pre>");
            html.Append("</tr>");
        }

        if (rows.Count > MostRows)
            html.Append("<tr><td>and ").Append(rows.Count - MostRows).Append(" more</tr>");
    }

    public void End()
    {
        html.Append("</table>");
        if (ofSession > MostOfASession || shown > MostEvents)
            html.Append("<p>The page does not show all of it; the session's file does.</p>");
    }

    public override string ToString() => html + "</body></html>";

    private static string Mood(JournalEvent e, JsonElement payload) => e.Kind switch
    {
        EventKinds.OperationDecided when payload.TryGetProperty("outcome", out var outcome) && outcome.ValueKind == JsonValueKind.String && outcome.GetString() is "block" or "hold" => outcome.GetString()!,
        EventKinds.OperationCompleted when payload.TryGetProperty("succeeded", out var succeeded) && succeeded.ValueKind == JsonValueKind.False => "failed",
        _ => "",
    };

    private void Pair(string name, string value) => html.Append("<tr><th>").Append(Text(name)).Append("<td>").Append(Text(value)).Append("</tr>");

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff 'UTC'", CultureInfo.InvariantCulture);

    private static string Text(string text) => VisibleHtml.Of(text.Length > LongestText ? text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)] + "…" : text);
}
