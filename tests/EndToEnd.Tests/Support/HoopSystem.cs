using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Hoop.Testing;
using Npgsql;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>The whole system as a user starts it: <c>./run</c> on free ports, with its own data.</summary>
public class HoopSystem : IAsyncDisposable
{
    /// <summary>The demo's tokens are good for a quarter of an hour.</summary>
    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (string Token, long At)> tokens = new();
    private readonly string data = TestFolders.Create("hoop-e2e-").FullName;
    private Command? run;

    public string EndpointsFile => Path.Combine(data, "endpoints.json");

    public Command Run => run ?? throw new InvalidOperationException("not started");

    public JsonElement Endpoints => JsonDocument.Parse(File.ReadAllText(EndpointsFile)).RootElement;

    public string Host => Endpoints.GetProperty("postgres").GetString()!.Split(':')[0];

    public int Port => int.Parse(Endpoints.GetProperty("postgres").GetString()!.Split(':')[1]);

    public Uri Portal => new(Endpoints.GetProperty("portal").GetString()!);

    public Uri Status => new(Endpoints.GetProperty("status").GetString()!);

    public int PidOf(string service) => Endpoints.GetProperty("pids").GetProperty(service).GetInt32();

    /// <param name="config">Another hoop.yaml than the demo's.</param>
    public async Task StartAsync(string? config = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        // The system's own processes may belong to another user than the test's, who has to reach its data.
        File.SetUnixFileMode(data, (UnixFileMode)0b111_101_101);
        var variables = new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>())
        {
            ["HOOP_PORTS"] = "auto", ["HOOP_ENDPOINTS"] = EndpointsFile, ["HOOP_DATA"] = data,
        };
        string[] arguments = config is null ? [] : ["--config", config];
        run = Command.Start(Repository.File("run"), arguments, variables);
        await run.SawAsync("Hoop is ready", seconds: 180);
    }

    public Task<CommandResult> CliAsync(params string[] arguments) =>
        Command.RunAsync(Repository.File("hoop"), arguments, new Dictionary<string, string?> { ["HOOP_ENDPOINTS"] = EndpointsFile });

    public async Task<JsonElement> CliJsonAsync(params string[] arguments)
    {
        var result = await CliAsync([.. arguments, "--json"]);
        if (result.ExitCode != 0) throw new InvalidOperationException($"hoop {string.Join(' ', arguments)}: {result}");
        return JsonDocument.Parse(result.Output).RootElement;
    }

    public async Task<string> TokenAsync(string name = "reporting-agent")
    {
        if (tokens.TryGetValue(name, out var known) && Stopwatch.GetElapsedTime(known.At) < TokenLife) return known.Token;
        var result = await CliAsync("token", "--as", name);
        if (result.ExitCode != 0) throw new InvalidOperationException($"no token: {result.Error}");
        tokens[name] = (result.Output.Trim(), Stopwatch.GetTimestamp());
        return tokens[name].Token;
    }

    public async Task<NpgsqlConnection> ConnectAsync(string target = "shop", string principal = "reporting-agent", string extra = "")
    {
        var connection = new NpgsqlConnection(
            $"Host={Host};Port={Port};Database={target};Username={principal};Password={await TokenAsync(principal)};SSL Mode=Require;Trust Server Certificate=true;Pooling=false;Command Timeout=60;Include Error Detail=true;{extra}");
        await connection.OpenAsync();
        return connection;
    }

    public async Task<CommandResult> PsqlAsync(string sql, string target = "shop", string principal = "reporting-agent", string? password = null, string options = "")
    {
        var environment = new Dictionary<string, string?> { ["PGPASSWORD"] = password ?? await TokenAsync(principal) };
        return await Command.RunAsync("psql", ["-X", "-A", "-t", PsqlTarget(target, principal) + options], environment, sql);
    }

    /// <summary>psql with an open standard input.</summary>
    public async Task<Command> StartPsqlAsync(string target = "shop", string principal = "reporting-agent") =>
        Command.Start("psql", ["-X", "-A", "-t", PsqlTarget(target, principal)], new Dictionary<string, string?> { ["PGPASSWORD"] = await TokenAsync(principal) });

    /// <summary>The same statements through node-postgres; with values it speaks the extended protocol.</summary>
    public async Task<JsonElement> NodeAsync(params object[] statements)
    {
        var clients = Repository.File("tests", "EndToEnd.Tests", "clients");
        if (!Directory.Exists(Path.Combine(clients, "node_modules")))
        {
            var installed = await Command.RunAsync("npm", ["ci", "--no-audit", "--no-fund"], directory: clients, seconds: 120);
            if (installed.ExitCode != 0) throw new InvalidOperationException($"npm ci: {installed.Error}");
        }
        var input = JsonSerializer.Serialize(new
        {
            connection = new { host = Host, port = Port, database = "shop", user = "reporting-agent", password = await TokenAsync(), ssl = new { rejectUnauthorized = false } },
            statements,
        });
        var result = await Command.RunAsync("node", [Path.Combine(clients, "query.js")], input: input);
        return result.ExitCode == 0 ? JsonDocument.Parse(result.Output).RootElement : throw new InvalidOperationException($"node: {result.Error}");
    }

    /// <summary>The only pending request whose statement contains the text.</summary>
    public async Task<string> PendingRequestAsync(string statement, int seconds = 20)
    {
        using var bea = await ApproverClient.SignInAsync(this);
        return await bea.PendingRequestAsync(statement, seconds);
    }

    /// <summary>Waits until a request is in a state.</summary>
    public Task RequestBecomesAsync(string request, string state) => Eventually.SeenAsync(
        async () => (await AskAsync($"/api/requests/{request}")).GetProperty("state").GetString(),
        seen => string.Equals(seen, state, StringComparison.OrdinalIgnoreCase), what: $"request {request} is {state}");

    /// <summary>The session whose record contains the text, once it has that many events; the services that show it may be down for a while.</summary>
    public async Task<RecordedSession> SessionWithAsync(string tag, int events = 0, int seconds = 30)
    {
        var (found, _) = await Eventually.SeenAsync(LookAsync, look => look.Found is not null, seconds, what: $"a session with '{tag}' and {events} events");
        return found!;

        async Task<(RecordedSession? Found, string Seen)> LookAsync()
        {
            var seen = new List<string>();
            try
            {
                foreach (var session in (await AskAsync("/api/sessions?limit=10")).EnumerateArray())
                {
                    var id = session.GetProperty("id").GetString()!;
                    var shown = await AskAsync($"/api/sessions/{id}");
                    var count = shown.GetProperty("events").GetArrayLength();
                    if (count >= events && shown.ToString().Contains(tag, StringComparison.Ordinal)) return (new RecordedSession(id, shown), id);
                    seen.Add($"{id}: {count} events");
                }
            }
            catch (HttpRequestException e)
            {
                seen.Add(e.Message);
            }
            return (null, string.Join("; ", seen));
        }
    }

    /// <summary>The portal's API as Bea sees it. Whoever looks again and again does it so: each run of the command line takes half a second of a processor.</summary>
    protected async Task<JsonElement> AskAsync(string path)
    {
        using var bea = await ApproverClient.SignInAsync(this);
        return await bea.GetAsync(path);
    }

    /// <summary>The newest session of a principal.</summary>
    public async Task<string> NewestSessionAsync(string principal = "reporting-agent") =>
        (await CliJsonAsync("sessions", "list", "--as", "bea")).EnumerateArray()
            .Where(session => session.GetProperty("principal").ToString().Contains(principal, StringComparison.Ordinal))
            .OrderByDescending(session => session.GetProperty("startedAt").GetDateTimeOffset()).First().GetProperty("id").GetString()!;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (run is not null)
        {
            run.Signal("TERM");
            await run.WaitAsync(20);
            await run.DisposeAsync();
        }
        Directory.Delete(data, recursive: true);
    }

    private string PsqlTarget(string target, string principal) =>
        $"host={Host} port={Port} user={principal} dbname={target} sslmode=require application_name=psql";
}

/// <summary>A session as <c>hoop sessions show --json</c> tells it.</summary>
public sealed record RecordedSession(string Id, JsonElement Shown);
