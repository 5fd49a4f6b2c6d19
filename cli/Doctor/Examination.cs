using System.Text.Json;
using Hoop.Cli.Api;
using Hoop.Cli.Endpoints;
using Hoop.Cli.Output;

namespace Hoop.Cli.Doctor;

/// <summary>Looks at each part a client needs, in the order it needs them. Never stops at the first trouble.</summary>
internal sealed class Examination(HoopEndpoints endpoints, Func<Task<string>> getToken, string target, string principal, CancellationToken cancel)
{
    private const string StartHoop = "start it with ./run, or look at its status page and logs";

    private string? _token;

    public async Task<IReadOnlyList<Check>> RunAsync() =>
    [
        await HttpAsync("portal", endpoints.Portal, "/health", (_, _) => null),
        await HttpAsync("identity", endpoints.Identity, "/.well-known/openid-configuration", IssuerProblem),
        await TokenAsync(),
        await ApiAsync(),
        await EvidenceAsync(),
        .. await PostgresAsync(),
    ];

    private async Task<Check> HttpAsync(string id, Uri? address, string path, Func<Uri, HttpResponseMessage, string?> judge)
    {
        if (address is null) return Check.Bad(id, "no address known", $"start ./run, or give --{id} URL");
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, path));
            using var response = await HoopApi.SendAsync(request, address, cancel);
            if (!response.IsSuccessStatusCode) return Check.Bad(id, $"{address} answers HTTP {(int)response.StatusCode}", StartHoop);
            return judge(address, response) is { } problem ? Check.Bad(id, problem, "start the identity provider with the issuer's URL that clients use") : Check.Good(id, $"{address} answers");
        }
        catch (CliException e)
        {
            return Check.Bad(id, e.Message, StartHoop);
        }
    }

    private static string? IssuerProblem(Uri address, HttpResponseMessage response)
    {
        var issuer = HoopApi.ReadJson(response).Text("issuer");
        return issuer.TrimEnd('/') == address.ToString().TrimEnd('/') ? null : $"{address} says its issuer is \"{issuer}\"";
    }

    private async Task<Check> TokenAsync()
    {
        try
        {
            _token = await getToken();
            return Check.Good("token", $"a token for {principal}");
        }
        catch (CliException e)
        {
            return Check.Bad("token", e.Message, "name somebody the identity provider knows with --as, or set HOOP_TOKEN");
        }
    }

    private async Task<Check> ApiAsync()
    {
        if (_token is null || endpoints.Portal is null) return Check.Bad("api", "not tried without portal and token", "see the lines above");
        try
        {
            var requests = await new HoopApi(endpoints.Portal, _token).GetAsync("/api/requests?state=pending", cancel);
            return Check.Good("api", $"accepts the token; {requests.GetArrayLength()} requests pending");
        }
        catch (CliException e)
        {
            return Check.Bad("api", e.Message, "check identity.issuers and audience in hoop.yaml");
        }
    }

    /// <summary>Whether what was recorded is where nobody can rewrite it.</summary>
    private async Task<Check> EvidenceAsync()
    {
        if (_token is null || endpoints.Portal is null) return Check.Bad("evidence", "not tried without portal and token", "see the lines above");
        try
        {
            var answer = await new HoopApi(endpoints.Portal, _token).GetAsync("/api/log/sinks", cancel);
            if (answer.ValueKind != JsonValueKind.Array) return Check.Bad("evidence", "the portal does not say where tree heads go", StartHoop);
            var sinks = answer.EnumerateArray().ToList();
            var late = sinks.Where(sink => sink.Text("late") == "true").Select(sink => $"{sink.Text("name")} is {sink.Text("behind")} entries behind since {sink.Text("since")}").ToList();
            return late.Count > 0
                ? Check.Bad("evidence", string.Join("; ", late), "look at the log of audit for what the sink answers")
                : Check.Good("evidence", $"signed tree heads reach {string.Join(", ", sinks.Select(sink => sink.Text("name")))}");
        }
        catch (CliException e)
        {
            return Check.Bad("evidence", e.Message, StartHoop);
        }
    }

    private async Task<IReadOnlyList<Check>> PostgresAsync()
    {
        if (endpoints.Postgres is null) return [Check.Bad("postgres", "no address known", "start ./run")];
        var probe = new PostgresProbe(endpoints.Postgres, target, principal, _token);
        return await probe.RunAsync(cancel);
    }
}
