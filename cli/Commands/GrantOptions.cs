using System.CommandLine;
using System.Globalization;

namespace Hoop.Cli.Commands;

/// <summary>What an approver may grant instead of a single use.</summary>
internal sealed class GrantOptions
{
    private readonly Option<string?> _for = new("--for") { Description = "Approve for a while, where the rule offers it: 30m, 1h.", HelpName = "TIME" };
    private readonly Option<string?> _role = new("--role") { Description = "With --for: the role for that while, instead of the statement.", HelpName = "ROLE" };
    private readonly Option<string?> _values = new("--values") { Description = "With --for: how far values may differ in the statement." };
    private readonly Option<string[]> _bounds = new("--bound")
    {
        Description = "With --for: what a bind value may be, from and to (1=1..100) or one of a list (2=a,b). May be given again.", HelpName = "PARAMETER=VALUES", AllowMultipleArgumentsPerToken = false,
    };

    public void AddTo(Command command)
    {
        _values.AcceptOnlyFromAmong("same", "bounded", "any");
        foreach (var option in (Option[])[_for, _role, _values, _bounds]) command.Add(option);
    }

    /// <summary>As the API takes it; null: a single use.</summary>
    public object? Read(ParseResult parsed)
    {
        var (time, role, values, bounds) = (parsed.GetValue(_for), parsed.GetValue(_role), parsed.GetValue(_values), parsed.GetValue(_bounds) ?? []);
        if (time is not null) return new { @for = time, scope = role is null ? "fingerprint" : "role", role, values, bounds = bounds.Length > 0 ? bounds.Select(Bound).ToList() : null };
        return role is null && values is null && bounds.Length == 0
            ? null
            : throw CliException.Usage("--role, --values and --bound are for a while: say how long with --for, such as --for 30m.");
    }

    private static object Bound(string text)
    {
        var parts = text.Split('=', 2);
        if (parts.Length != 2 || !int.TryParse(parts[0].TrimStart('$'), NumberStyles.None, CultureInfo.InvariantCulture, out var parameter)) throw Bad(text);
        if (parts[1].Split("..") is [var from, var to]) return new { parameter, from = Number(from, text), to = Number(to, text) };
        return new { parameter, oneOf = parts[1].Split(',') };
    }

    private static decimal? Number(string text, string whole) =>
        text.Length == 0 ? null : decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : throw Bad(whole);

    private static CliException Bad(string text) =>
        CliException.Usage($"'{text}' is not a bound; write the parameter's number and its values, such as --bound 1=1..100 or --bound 2=a,b.");
}
