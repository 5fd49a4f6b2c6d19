using System.Threading.Channels;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Identity;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Approvals;
using Hoop.Ingress.Approvals.Grants;
using Hoop.Ingress.Journal;
using Hoop.Ingress.Recordings;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Snapshots;
using Hoop.Ingress.Tests.Journal;
using Hoop.Masking.Engine;
using Hoop.Policy.Engine;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Identity;
using Hoop.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;

namespace Hoop.Ingress.Tests.Sessions;

/// <summary>A real Gate with a policy given as hoop.yaml, a journal in memory and an approval service that a test plays.</summary>
internal sealed class GateRig
{
    internal const string Yaml = """
        version: 1
        targets:
          shop: { protocol: postgres, address: "127.0.0.1:5432", database: shop, credential: { username: app, password: env:SHOP }, tls: disable }
        roles:
          agent: { groups: [agents] }
          dba: { groups: [dba] }
        policies:
          - { name: read, roles: [agent], targets: [shop], allow: { verbs: [select], objects: [public.*] } }
          - { name: change, roles: [agent], targets: [shop], approve: { verbs: [update, delete], objects: [public.*], by: [dba], count: 1, expires: 15m } }
          - { name: nobody, roles: ["*"], targets: ["*"], block: { effects: [destructive] } }
        masks:
          - { name: ssn, targets: [shop], columns: [public.customers.ssn], with: redact, except: [dba] }
        """;

    internal static readonly Principal Agent = new("https://id", "agent-1", "agent-1", "agent", ["agents"], []);

    internal ManualClock Clock { get; } = new();
    internal MemoryJournal Journal { get; } = new();
    internal PlayedApprovals Approvals { get; } = new();
    internal SnapshotStore Snapshots { get; } = new();
    internal HoldDesk Holds { get; }
    internal GrantDesk Grants { get; }
    internal Gate Gate { get; }

    /// <summary>Approval answers that just these windows are open.</summary>
    internal void Hears(params GrantOpened[] windows) => Grants.Book.Replace(new OpenGrants(windows), Clock.GetTimestamp(), Snapshots.Current!.Document.Version);

    /// <param name="journal">Another one than <see cref="Journal"/>.</param>
    internal GateRig(string? yaml = Yaml, IJournal? journal = null)
    {
        var options = Options.Create(new GateOptions { IngressId = "test", PortalUrl = new Uri("http://portal") });
        var http = new ServiceCollection().AddHttpClient().BuildServiceProvider().GetRequiredService<IHttpClientFactory>();
        Holds = new HoldDesk(Approvals, options, Clock, NullLogger<HoldDesk>.Instance);
        Grants = new GrantDesk(new GrantBook(Options.Create(new GrantOptions()), Clock, NullLogger<GrantBook>.Instance), new GrantUses(options, Clock));
        Gate = new Gate(Snapshots, new TokenValidator(new HoopDocuments(), http, Clock), journal ?? Journal, Holds, Grants, new RecordingDesk(new RecordingOptions(), NullLogger<RecordingDesk>.Instance), options, Clock, NullLogger<Gate>.Instance);
        if (yaml is not null) Activate(yaml, 1);
    }

    internal void Activate(string yaml, long version)
    {
        var read = HoopYaml.Read(yaml);
        read.Errors.ShouldBeEmpty();
        var document = read.Document! with { Version = version, Digest = $"digest-{version}" };
        Snapshots.Current = new HoopSnapshot(document, PolicyEngine.Compile(document), MaskingEngine.Compile(new MaskingDocument(version, "", document.Masks), new byte[32]));
    }

    internal async Task<GateSession> OpenAsync(Principal? principal = null)
    {
        var (session, refusal) = await Gate.OpenAsync(principal ?? Agent, "shop", "postgres", new ClientInfo("127.0.0.1", true, "test"), CancellationToken.None);
        refusal.ShouldBeNull();
        return session!;
    }

    internal static Operation Operation(string verb, string table = "public.orders", Effects effects = Effects.Read, params ColumnUse[] uses) => new()
    {
        Text = $"{verb} {table}",
        Facts = new OperationFacts
        {
            Protocol = "postgres", Understood = true, Plumbing = false, Accesses = [new ObjectAccess(verb, "table", table)],
            Effects = effects, Fingerprint = "0123456789abcdef", ColumnUses = uses,
        },
    };
}

internal sealed class PlayedApprovals : IApprovals
{
    private readonly TaskCompletionSource<ApprovalRequested> requested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal bool Down { get; set; }

    /// <summary>Happens while a request is on its way.</summary>
    internal Action? Delivering { get; set; }

    /// <summary>Happens while an approval is being used.</summary>
    internal Action? Using { get; set; }
    internal bool Grants { get; set; } = true;
    /// <summary>As approvers limited it.</summary>
    internal long? MaxRows { get; set; }

    /// <summary>That they opened.</summary>
    internal GrantOpened? Window { get; set; }
    internal System.Collections.Concurrent.BlockingCollection<ApprovedOperationEnded> Told { get; } = [];
    internal List<RedeemApproval> Redeemed { get; } = [];
    internal List<ApprovalWithdrawn> Withdrawn { get; } = [];
    internal Task<ApprovalRequested> Requested => requested.Task;

    public Task RequestAsync(ApprovalRequested request, CancellationToken cancel)
    {
        if (Down) return Task.FromException(new InvalidOperationException("broker down"));
        Delivering?.Invoke();
        requested.TrySetResult(request);
        return Task.CompletedTask;
    }

    internal Channel<ApprovalPreviewed> Previews { get; } = Channel.CreateUnbounded<ApprovalPreviewed>();

    public Task PreviewAsync(ApprovalPreviewed preview, CancellationToken cancel) => Previews.Writer.WriteAsync(preview, cancel).AsTask();

    public Task EndedAsync(ApprovedOperationEnded ended, CancellationToken cancel)
    {
        Told.Add(ended, cancel);
        return Task.CompletedTask;
    }

    public Task WithdrawAsync(ApprovalWithdrawn withdrawn, CancellationToken cancel)
    {
        Withdrawn.Add(withdrawn);
        return Task.CompletedTask;
    }

    public Task<ApprovalRedeemed> RedeemAsync(RedeemApproval command, CancellationToken cancel)
    {
        Redeemed.Add(command);
        Using?.Invoke();
        return Task.FromResult(new ApprovalRedeemed(command.RequestId, Grants, Grants ? "granted" : "already used") { MaxRows = MaxRows, Grant = Window });
    }
}
