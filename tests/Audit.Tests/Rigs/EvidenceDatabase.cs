using Hoop.Audit.Admin;
using Hoop.Audit.Chain;
using Hoop.Audit.Chain.Bundles;
using Hoop.Audit.Chain.Log;
using Hoop.Audit.Export;
using Hoop.Audit.Ingest;
using Hoop.Audit.Recordings;
using Hoop.Audit.Retention;
using Hoop.Audit.Sessions;
using Hoop.Audit.Storage;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.ObjectStorage;
using Hoop.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Hoop.Audit.Tests.Rigs;

/// <summary>A database of its own with what stores, seals, drops and exports: for tests that drop or spoil what the others need.</summary>
internal sealed class EvidenceDatabase : IAsyncDisposable
{
    private readonly PostgresServer postgres;
    private readonly string name;
    private readonly List<SigningKey> formerSigners = [];
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("hoop-evidence-");

    private EvidenceDatabase(PostgresServer postgres, string name, int? keepDays, S3Store? objects)
    {
        (this.postgres, this.name) = (postgres, name);
        Configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("ConnectionStrings:auditdb", postgres.ConnectionString(name) + ";Pooling=true"), new("Hoop:Audit:RetentionDays", keepDays?.ToString(System.Globalization.CultureInfo.InvariantCulture))]).Build();
        Database = new AuditDatabase(Configuration, TimeProvider.System, NullLogger<AuditDatabase>.Instance);
        Key = SigningKey.ReadOrCreate(directory.FullName, NullLogger.Instance);
        Log = new EvidenceLog(Database, Key, Configuration, TimeProvider.System);
        Contents = new ContentStore(Database, NullLogger<ContentStore>.Instance, objects);
        Store = new EventStore(Database, Partitions, Contents, NullLogger<EventStore>.Instance);
        Releases = new ReleaseProofs(Database, Log, new SessionQueries(Database), TimeProvider.System);
        Holds = new HoldTable(Database, Log, Releases, TimeProvider.System);
        Admin = new AdminChain(Database, Partitions, TimeProvider.System);
        Drop = new PartitionDrop(Database, Log, Partitions, Admin, Releases, TimeProvider.System, DropLog);
    }

    public IConfiguration Configuration { get; }
    public AuditDatabase Database { get; }
    public SigningKey Key { get; private set; }
    public EventPartitions Partitions { get; } = new();
    public EvidenceLog Log { get; private set; }
    public ContentStore Contents { get; }
    public EventStore Store { get; }
    public ReleaseProofs Releases { get; }
    public HoldTable Holds { get; }
    public AdminChain Admin { get; }
    public PartitionDrop Drop { get; }
    public ToldLines<PartitionDrop> DropLog { get; } = new();

    public static async Task<EvidenceDatabase> CreateAsync(int? keepDays = null, S3Store? objects = null)
    {
        var postgres = await PostgresServer.SharedAsync();
        var evidence = new EvidenceDatabase(postgres, await postgres.CreateDatabaseAsync(), keepDays, objects);
        await evidence.Database.StartAsync(CancellationToken.None);
        return evidence;
    }

    public Task StoreAsync(IReadOnlyList<JournalEvent> events) => Store.StoreAsync("i1", AuditRig.Batch(events), CancellationToken.None);

    /// <summary>The same contents, with another object store.</summary>
    public ContentStore ContentsIn(S3Store objects) => new(Database, NullLogger<ContentStore>.Instance, objects);

    public async Task SealAsync()
    {
        while (await Log.SealAsync(CancellationToken.None) is not null)
        {
        }
    }

    /// <summary>So many sessions, each under a tree head of its own.</summary>
    public async Task SealSessionsAsync(int sessions)
    {
        for (var i = 0; i < sessions; i++)
        {
            await StoreAsync(AuditRig.Session($"s{i}-{AuditRig.NewId()}"));
            await SealAsync();
        }
    }

    /// <summary>As an operator does it who moves the key's file away.</summary>
    public void ExchangeKey(string? formerKeys)
    {
        foreach (var file in directory.GetFiles("*.pem"))
            file.MoveTo(file.FullName + "-former");
        formerSigners.Add(Key);
        Key = SigningKey.ReadOrCreate(directory.FullName, NullLogger.Instance, formerKeys);
        Log = new EvidenceLog(Database, Key, Configuration, TimeProvider.System);
    }

    /// <summary>As the API does it, and what comes of it in the admin chain.</summary>
    public async Task<LegalHold?> ReleaseAsync(string hold, string reason = "closed")
    {
        var released = await Holds.ReleaseAsync(hold, reason, AuditRig.Bea.Id, CancellationToken.None);
        await SayReleasedAsync(hold, released is null ? AdminOutcomes.Refused : AdminOutcomes.Done);
        return released;
    }

    public Task SayReleasedAsync(string hold, string outcome) => Admin.RecordAsync(
        [new AdminAction(Guid.NewGuid(), "audit", "hold.release", TimeProvider.System.GetUtcNow(), AuditRig.Bea, null, outcome, new Dictionary<string, string> { ["id"] = hold })], CancellationToken.None);

    public Task<IReadOnlyList<string>> DropDueAsync() => Drop.RunAsync(CancellationToken.None);

    /// <summary>The session's evidence, as an export makes it.</summary>
    public async Task<byte[]> ExportAsync(string session)
    {
        using var bundle = new MemoryStream();
        var proofs = await Log.ProofsAsync(session, CancellationToken.None);
        await BundleWriter.WriteAsync(bundle, session, 7, DateTimeOffset.UnixEpoch, new SessionQueries(Database).EventsAsync(session, -1, null, CancellationToken.None), Key, proofs);
        return bundle.ToArray();
    }

    public async Task<VerifyResult> VerifyAsync(string session, Stream? checkpoints = null) =>
        await BundleVerifier.VerifyAsync(new MemoryStream(await ExportAsync(session)), Key.PublicKey, checkpoints);

    /// <summary>What a sink has that was there from the beginning.</summary>
    public async Task<MemoryStream> CheckpointsAsync()
    {
        await using var connection = await Database.OpenAsync(CancellationToken.None);
        var kept = new MemoryStream();
        for (var from = 0L; await LogTable.HeadsFromAsync(connection, Log.Origin, from + 1, CancellationToken.None).FirstOrDefaultAsync() is { } head; from = head.Size)
            kept.Write([.. new Checkpoint(head, from, [.. (await LogTable.EntriesAsync(connection, from, head.Size, CancellationToken.None)).Select(e => e.Text)]).ToLine(), (byte)'\n']);
        kept.Position = 0;
        return kept;
    }

    /// <summary>As the database's superuser.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString(name));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public Task ExecuteAsync(string sql) => postgres.ExecuteAsync(name, sql);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Key.Dispose();
        formerSigners.ForEach(k => k.Dispose());
        await postgres.DropDatabaseAsync(name);
        directory.Delete(recursive: true);
    }
}
