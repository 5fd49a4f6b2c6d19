using System.Text;
using static System.Net.WebUtility;

namespace Hoop.AppHost.Local.StatusPage;

/// <summary>Plain pages without scripts. Every value is encoded: logs carry text from strangers.</summary>
static class StatusPageHtml
{
    public static string Overview(IReadOnlyList<ResourceView> resources)
    {
        var rows = new StringBuilder();
        foreach (var r in resources)
            rows.Append($"""
                <tr><td><a href="/resources/{UrlEncode(r.Name)}">{HtmlEncode(r.Name)}</a><small>{HtmlEncode(r.Kind)}</small></td>
                <td>{State(r)}</td><td>{Links(r)}</td><td class="n">{r.ProcessId}</td><td class="n">{Megabytes(r.MemoryBytes)}</td>
                <td class="n">{r.Restarts}</td><td class="log">{HtmlEncode(Shorten(r.LastLine))}</td></tr>
                """);
        var healthy = resources.Count(r => r.State == "Healthy");
        return Page("Hoop", $"""
            <h1>Hoop <span>{healthy} of {resources.Count} healthy · {Megabytes(resources.Sum(r => r.MemoryBytes))}</span></h1>
            <table><thead><tr><th>Resource</th><th>State</th><th>Endpoints</th><th class="n">Process</th><th class="n">Memory</th><th class="n">Restarts</th><th>Last log line</th></tr></thead>
            <tbody>{rows}</tbody></table>
            """);
    }

    public static string Resource(ResourceView r, IReadOnlyList<string> log) => Page($"{r.Name} · Hoop", $"""
        <p><a href="/">← all resources</a></p>
        <h1>{HtmlEncode(r.Name)} <span>{State(r)}</span></h1>
        <p>{Links(r)} · process {r.ProcessId?.ToString() ?? "none"} · {Megabytes(r.MemoryBytes)} · restarts {r.Restarts} · waits for {HtmlEncode(r.WaitsFor.Count > 0 ? string.Join(", ", r.WaitsFor) : "nothing")}</p>
        <pre>{HtmlEncode(string.Join('\n', log))}</pre>
        """);

    static string State(ResourceView r) =>
        $"""<span class="state {r.State.ToLowerInvariant()}">{r.State}</span>{(r.Detail.Length > 0 ? $"<small>{HtmlEncode(r.Detail)}</small>" : "")}""";

    static string Links(ResourceView r) => string.Join(' ', r.Endpoints.Select(e => e.StartsWith("http://127.0.0.1:", StringComparison.Ordinal)
        ? $"""<a href="{HtmlEncode(e)}" rel="noreferrer">{HtmlEncode(e)}</a>"""
        : $"<code>{HtmlEncode(e)}</code>"));

    static string Megabytes(long bytes) => bytes == 0 ? "" : $"{bytes / 1024.0 / 1024.0:0} MB";

    static string Shorten(string line) => line.Length <= 120 ? line : line[..120] + "…";

    static string Page(string title, string body) => $$"""
        <!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="3">
        <meta name="viewport" content="width=device-width, initial-scale=1"><title>{{HtmlEncode(title)}}</title><style>
        :root { color-scheme: light dark; --line: light-dark(#e3e6ea, #2c3138); --soft: light-dark(#667, #99a); --card: light-dark(#fff, #181b20); --back: light-dark(#f6f7f9, #101216); }
        body { font: 15px/1.5 system-ui, sans-serif; background: var(--back); margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
        h1 { font-size: 1.5rem } h1 > span { font-size: 1rem; font-weight: normal; color: var(--soft); margin-left: .75rem }
        table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; overflow: hidden }
        th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid var(--line); vertical-align: top }
        th { font-weight: 600; color: var(--soft); font-size: .85rem } .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
        small { display: block; color: var(--soft) } .log { font: 12px/1.5 ui-monospace, monospace; color: var(--soft); word-break: break-all }
        pre { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; overflow: auto; font: 12px/1.5 ui-monospace, monospace }
        a { color: light-dark(#0b5cad, #7ab8ff); text-decoration: none } .state::before { content: "● " } .state { white-space: nowrap }
        .healthy { color: light-dark(#117a3a, #4cc77b) } .running, .starting, .waiting { color: light-dark(#9a6700, #e0b04a) } .failed, .restarting { color: light-dark(#b42318, #ff7b6b) } .stopped { color: var(--soft) }
        </style></head><body>{{body}}</body></html>
        """;
}
