using System.Buffers;
using System.IO.Pipelines;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Protocols.Postgres.Startup;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Recordings;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Masking.Engine;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Budgets;

/// <summary>The relay alone, in memory and on the caller's thread: what it costs is its own. Use it within <see cref="RunAsync{T}"/>.</summary>
internal sealed class RelayRig : IAsyncDisposable
{
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, minimumSegmentSize: 32 * 1024, useSynchronizationContext: false);

    private readonly Pipe toGateway = new(Inline), fromGateway = new(Inline);
    private readonly CancellationTokenSource stopping = new();
    private readonly PostgresUpstream upstream;
    private readonly Task relay;

    private RelayRig(PlayedTarget target, PostgresUpstream upstream, IGateSession gate, PostgresServices services)
    {
        (Target, this.upstream) = (target, upstream);
        Session = new RelaySession(gate, new ClientConnection(toGateway.Reader, fromGateway.Writer, true, true, "test"), upstream, services);
        relay = new PostgresRelay(Session).RunAsync(stopping.Token, CancellationToken.None);
    }

    internal PlayedTarget Target { get; }
    internal RelaySession Session { get; }

    /// <summary>Runs a measurement where no test framework's context takes the continuations away.</summary>
    /// <param name="sql">The only statement there is.</param>
    /// <param name="lineage">Its columns; null: those of the played target, of no masked table.</param>
    internal static Task<T> RunAsync<T>(Func<RelayRig, T> measure, TargetMasks? masks, string sql, IReadOnlyList<ResultColumn>? lineage = null) => Task.Run(async () =>
    {
        await using var rig = await StartAsync(masks, sql, lineage ?? [.. PlayedTarget.Columns.Select(column => ResultColumn.Constant(column.Name))]);
        return measure(rig);
    });

    /// <summary>Sends, and returns how many bytes came back within the call.</summary>
    internal long Exchange(ReadOnlySpan<byte> bytes)
    {
        toGateway.Writer.Write(bytes);
        Completed(toGateway.Writer.FlushAsync(CancellationToken.None));
        return Received();
    }

    /// <summary>The target sends; what came to the client of it.</summary>
    internal long Deliver(ReadOnlyMemory<byte> bytes)
    {
        Target.Say(bytes);
        return Received();
    }

    private long Received()
    {
        if (!fromGateway.Reader.TryRead(out var read)) return 0;
        var length = read.Buffer.Length;
        fromGateway.Reader.AdvanceTo(read.Buffer.End);
        return length;
    }

    private static void Completed(in ValueTask<FlushResult> flush)
    {
        if (!flush.IsCompleted) throw new InvalidOperationException("this pipe never waits");
    }

    private static async Task<RelayRig> StartAsync(TargetMasks? masks, string sql, IReadOnlyList<ResultColumn> lineage)
    {
        var target = new PlayedTarget();
        var document = new TargetDocument { Protocol = "postgres", Address = "127.0.0.1:1", Database = "shop", Credential = new("app", null), Tls = "disable" };
        var only = PlainSql.Analyze(sql, new SqlContext { Catalog = CatalogSnapshot.Empty, SearchPath = [] }).Statements.Single();
        var analysis = new SqlAnalysis([only with { Result = lineage }], null);
        var gate = new OpenGate(new AuthorizedTarget("shop", document), masks);
        var services = new PostgresServices(null!, target, new GatewayRig.FixedCatalog(), (_, _) => analysis, new PostgresSessions(),
            Options.Create(new PostgresOptions()), TimeProvider.System, NullLogger<PostgresConnectionHandler>.Instance);
        var upstream = await PostgresUpstream.ConnectAsync(target, gate.Target, new Dictionary<string, string>(), CancellationToken.None);
        return new RelayRig(target, upstream, gate, services);
    }

    /// <summary>The first statement waits for the names it is judged with, on another thread.</summary>
    internal void WarmUp(byte[] exchange)
    {
        toGateway.Writer.Write(exchange);
        Completed(toGateway.Writer.FlushAsync(CancellationToken.None));
        SpinWait.SpinUntil(() => Received() > 0, TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        await toGateway.Writer.CompleteAsync();
        await relay;
        await upstream.DisposeAsync();
        stopping.Dispose();
    }

    /// <summary>Permits everything with the masks of the test, and remembers nothing.</summary>
    private sealed class OpenGate(AuthorizedTarget target, TargetMasks? masks) : IGateSession
    {
        private long operations;

        public string Id => "session-1";
        public string PrincipalId => "ann";
        public AuthorizedTarget Target => target;
        public TargetMasks? CurrentMasks => masks;
        public TargetMasks StrictestMasks => masks ?? throw new NotSupportedException("nothing is held here");
        public bool PassesEverything => false;
        public TargetMasks? MasksFor(Permit permit) => masks;
        public bool PassedEverything(Permit permit) => false;
        public ValueTask<GateAnswer> AskAsync(Operation operation, CancellationToken cancel) => new(new Permit(++operations, operation, null!, null));
        public ValueTask<Refusal?> ForeseeAsync(Operation operation, bool runs, CancellationToken cancel) => default;

        public bool IsCurrent(Permit permit) => true;
        public ValueTask DurableAsync(CancellationToken cancel) => default;
        public void Complete(Permit permit, OperationResult result) { }
        public TargetMasks? RecordMasksFor(Permit? permit) => masks;
        public ResultRecording? RecordRows(Permit permit, int statement, IReadOnlyList<RecordedColumn> columns, RowWriter write) => null;
        public void Notice(Permit? permit, SessionNotice notice) { }
        public Task<SessionKill> Killed { get; } = new TaskCompletionSource<SessionKill>().Task;
        public ValueTask EndAsync(string cause) => default;
    }
}
