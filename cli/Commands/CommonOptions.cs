using System.CommandLine;
using Hoop.Cli.Api;
using Hoop.Cli.Endpoints;
using Hoop.Cli.Identity;
using Hoop.Cli.Output;

namespace Hoop.Cli.Commands;

/// <summary>Options of every command, and what they lead to.</summary>
internal sealed class CommonOptions
{
    private const string TokenVariable = "HOOP_TOKEN";

    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON.", Recursive = true };

    public Option<string?> Portal { get; } = new("--portal") { Description = "URL of the portal (default: from the endpoints file of ./run).", Recursive = true, HelpName = "URL" };

    public Option<string?> Identity { get; } = new("--identity") { Description = "URL of the demo's identity provider (default: likewise).", Recursive = true, HelpName = "URL" };

    /// <summary>For commands that act for somebody.</summary>
    public Option<string?> As { get; } = new("--as") { Description = "Whom to act for, in the demo: bea, ana or reporting-agent. Else set HOOP_TOKEN.", HelpName = "NAME" };

    public HoopEndpoints Endpoints(ParseResult parsed, CliHost host) => HoopEndpoints.Find(host, parsed.GetValue(Portal), parsed.GetValue(Identity));

    public async Task<HoopApi> ApiAsync(ParseResult parsed, CliHost host, CancellationToken cancel)
    {
        var endpoints = Endpoints(parsed, host);
        var portal = endpoints.RequirePortal();
        return new HoopApi(portal, await TokenAsync(parsed, host, endpoints, cancel));
    }

    public async Task<string> TokenAsync(ParseResult parsed, CliHost host, HoopEndpoints endpoints, CancellationToken cancel)
    {
        if (parsed.GetValue(As) is { Length: > 0 } name) return (await TokenClient.ForAsync(name, endpoints.RequireIdentity(), cancel)).Token;
        return host.Environment(TokenVariable) is { Length: > 0 } token
            ? token
            : throw CliException.Usage($"say whom you act for: --as NAME in the demo (bea, ana), or an access token in {TokenVariable}.");
    }

    public Screen Screen(CliHost host) => new(host);
}
