using System.CommandLine;

namespace Hoop.Cli.Commands;

/// <summary>What statements are searched by: each option that is given must hold.</summary>
internal sealed class SearchOptions
{
    private static readonly (string Name, string Parameter, string Help, string Value)[] Known =
    [
        ("--principal", "principal", "Who: name or issuer|subject.", "NAME"), ("--target", "target", "On which target.", "NAME"),
        ("--table", "table", "What it touches: schema.table.", "NAME"), ("--verb", "verb", "select, insert, update, delete, …", "VERB"),
        ("--effect", "effect", "mass-write, destructive, …", "EFFECT"), ("--decision", "decision", "allow, hold, block; approved, denied, expired, withdrawn.", "DECISION"),
        ("--rule", "rule", "The rule that decided.", "NAME"), ("--approver", "approver", "Who approved or denied it.", "NAME"),
        ("--search", "text", "Words of the statement, all of them.", "TEXT"), ("--from", "from", "From this time on (UTC): 2026-01-31 or 2026-01-31T12:00:00Z.", "TIME"), ("--to", "to", "Before this time.", "TIME"),
    ];

    private readonly List<(Option<string?> Option, string Parameter)> options = [.. Known.Select(k => (new Option<string?>(k.Name) { Description = k.Help, HelpName = k.Value }, k.Parameter))];

    public void AddTo(Command command)
    {
        foreach (var (option, _) in options) command.Add(option);
    }

    /// <summary>Empty when none was given.</summary>
    public string Query(ParseResult parsed) => string.Join('&', options
        .Select(o => (o.Parameter, Value: parsed.GetValue(o.Option))).Where(o => !string.IsNullOrEmpty(o.Value)).Select(o => $"{o.Parameter}={Uri.EscapeDataString(o.Value!)}"));
}
