using System.Diagnostics;
using System.Globalization;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Tests.Journal;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Sessions;

/// <summary>What one allowed read costs in the Gate: decided, journalled in a file, permitted, and its result journalled.</summary>
public sealed class GateCostTests : IDisposable
{
    // As the demo has them.
    private const string Rules = """
        version: 1
        targets:
          shop: { protocol: postgres, address: "127.0.0.1:5432", database: shop, credential: { username: app, password: env:SHOP }, tls: disable, labels: { env: demo } }
        roles:
          agent: { groups: [agents] }
          engineer: { groups: [engineers] }
          dba: { groups: [dba] }
        policies:
          - { name: agents-read, roles: [agent], targets: [shop], allow: { verbs: [select, explain], objects: [public.*] } }
          - { name: agents-change, roles: [agent], targets: { labels: { env: demo } }, approve: { verbs: [insert, update, delete], objects: [public.*], by: [dba], count: 1, expires: 15m, maxRows: 1000 } }
          - { name: nobody-destroys, roles: ["*"], targets: ["*"], block: { effects: [destructive, privilege, code-exec, file-access, network] } }
        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: redact, except: [dba] }
          - { name: email, targets: [shop], columns: [public.customers.email], with: redact, except: [dba] }
          - { name: found-in-text, targets: ["*"], detect: [credit-card, ssn, email, iban, secret-key], with: redact, except: [dba] }
        """;

    private readonly JournalRig files = new();

    [Fact]
    public async Task An_allowed_read_allocates_its_permit_and_no_more()
    {
        var session = await OpenAsync();
        var (prepared, simple) = (Read("select abalance from pgbench_accounts where aid = $1", "4711"), Read("select 1 from pgbench_accounts where aid = 1"));
        // Another text each time, as without prepared statements.
        var texts = Enumerable.Range(0, 200).Select(i => simple with { Text = $"select 1 from pgbench_accounts where aid = {i}" }).ToArray();
        for (var i = 0; i < 100; i++)
        {
            Run(session, prepared);
            Run(session, texts[i]);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 100; i < 200; i++)
        {
            Run(session, prepared);
            Run(session, texts[i]);
        }

        ((GC.GetAllocatedBytesForCurrentThread() - before) / 200).ShouldBeLessThanOrEqualTo(96);
    }

    /// <summary>Prints figures; run it in a Release build.</summary>
    [Fact(Explicit = true)]
    public async Task Time_per_allowed_read()
    {
        var session = await OpenAsync();
        var prepared = Read("select abalance from pgbench_accounts where aid = $1", "4711");
        var texts = Enumerable.Range(0, 256).Select(i => Read($"SELECT abalance FROM pgbench_accounts WHERE aid = {i * 397};")).ToArray();
        var facts = prepared.Facts;
        foreach (var round in Enumerable.Range(0, 5))
        {
            Report($"prepared, round {round}", session, _ => prepared);
            Report($"simple, template's facts, round {round}", session, i => texts[i & 255] with { Facts = facts });
            Report($"simple, facts of its own, round {round}", session, i => texts[i & 255]);
        }
    }

    public void Dispose() => files.Dispose();

    private static void Report(string what, GateSession session, Func<int, Operation> next)
    {
        const int Count = 20_000;
        var (allocated, cpu) = (GC.GetAllocatedBytesForCurrentThread(), Process.GetCurrentProcess().TotalProcessorTime);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Count; i++) Run(session, next(i));
        watch.Stop();
        var (bytes, used) = (GC.GetAllocatedBytesForCurrentThread() - allocated, Process.GetCurrentProcess().TotalProcessorTime - cpu);
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {watch.Elapsed.TotalMicroseconds / Count:0.00} µs, {used.TotalMicroseconds / Count:0.00} µs CPU of the process, {(double)bytes / Count:0} bytes"));
    }

    private static void Run(GateSession session, Operation operation)
    {
        var asked = session.AskAsync(operation, CancellationToken.None);
        asked.IsCompletedSuccessfully.ShouldBeTrue();
        session.Complete(asked.Result.Permit!, Result);
    }

    private static readonly OperationResult Result = new(true, "SELECT 1", 1, 10, TimeSpan.FromMicroseconds(412), []);

    private static Operation Read(string text, params string[] values) => new()
    {
        Text = text,
        BindValues = values,
        Facts = new OperationFacts
        {
            Protocol = "postgres", Understood = true, Plumbing = false, Accesses = [new ObjectAccess("select", "table", "public.pgbench_accounts")],
            Effects = Effects.Read, Fingerprint = "0123456789abcdef", ColumnUses = [new ColumnUse("public.pgbench_accounts.aid", ColumnUseKind.Equality)],
        },
    };

    private async Task<GateSession> OpenAsync()
    {
        var rig = new GateRig(Rules, files.Open(files.Options(max: 8L << 30, reserve: 4 << 20, segment: 16 << 20)));
        return await rig.OpenAsync();
    }
}
