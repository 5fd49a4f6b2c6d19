using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Tests.Protocols.Masking;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Budgets;

/// <summary>What the relay itself costs for a row: nothing allocated, masked or not; one write for what one read brought.</summary>
public sealed class RowBudgetTests(ITestOutputHelper output)
{
    private const int Rows = 20_000, Read = 64 * 1024;
    private const string Sql = "select id, name, ssn, card, note from customers";

    private static readonly string[] Names = ["id", "name", "ssn", "card", "note"];

    private static readonly TargetMasks ThreeColumns = TestMasks.For(
        new MaskDocument { Name = "ssn", Targets = ["*"], Columns = ["public.customers.ssn"], Mode = MaskMode.Partial, KeepLast = 4 },
        new MaskDocument { Name = "card", Targets = ["*"], Columns = ["public.customers.card"], Mode = MaskMode.Redact },
        new MaskDocument { Name = "note", Targets = ["*"], Columns = ["public.customers.note"], Mode = MaskMode.Hash });

    private static readonly TargetMasks TwoColumnsAndDetectors = TestMasks.For(
        new MaskDocument { Name = "ssn", Targets = ["*"], Columns = ["public.customers.ssn"], Mode = MaskMode.Partial, KeepLast = 4 },
        new MaskDocument { Name = "card", Targets = ["*"], Columns = ["public.customers.card"], Mode = MaskMode.Redact },
        new MaskDocument { Name = "found", Targets = ["*"], Detect = ["credit-card", "email", "phone", "iban", "secret-key"], Mode = MaskMode.Redact });

    public static TheoryData<string, bool> Results => new() { { "plain", false }, { "columns", false }, { "columns", true }, { "detectors", false }, { "detectors", true } };

    [Theory]
    [MemberData(nameof(Results))]
    public async Task A_row_allocates_nothing(string what, bool binary)
    {
        var masks = what switch { "plain" => null, "columns" => ThreeColumns, _ => TwoColumnsAndDetectors };
        var all = Chunks(binary);
        var bytes = all.Sum(chunk => (long)chunk.Length);
        ResultColumn[] lineage = [.. Names.Select(name => new ResultColumn(name, [new ColumnSource($"public.customers.{name}", [])], false))];
        var allocated = await RelayRig.RunAsync(
            rig =>
            {
                Begin(rig, binary);
                var (each, best) = (0.0, TimeSpan.MaxValue);
                for (var round = 0; round < 5; round++)
                {
                    var (before, began, passed) = (GC.GetAllocatedBytesForCurrentThread(), ThreadTime.Now, 0L);
                    foreach (var chunk in all) passed += rig.Deliver(chunk);
                    each = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Rows;
                    if (ThreadTime.Now - began is var time && time < best) best = time;
                    passed.ShouldBeGreaterThan(bytes / 2);
                }

                output.WriteLine($"{what}, {(binary ? "binary" : "text")}: {best.TotalNanoseconds / Rows:0} ns a row, {bytes / best.TotalSeconds / 1e6:0} MB/s, {each:0.00} bytes allocated a row");
                return each;
            },
            masks, Sql, lineage);
        // Memory of the pipes is pooled; a chunk now and then is theirs.
        allocated.ShouldBeLessThan(8);
    }

    private static void Begin(RelayRig rig, bool binary)
    {
        rig.WarmUp(PlayedTarget.Message(message => message.WriteStringMessage(FrontendType.Query, Sql)));
        rig.Target.Streams = true;
        rig.Target.Description = PlayedTarget.Message(message => RowDescription.Write(message, [.. Names.Select((name, index) => new PostgresColumn(
            name, 0, 0, index == 0 ? 23u : 25u, -1, -1, binary ? (short)1 : (short)0))]));
        rig.Exchange(PlayedTarget.Message(message => message.WriteStringMessage(FrontendType.Query, Sql)));
    }

    /// <summary>Rows as they come from a socket: cut anywhere.</summary>
    private static List<byte[]> Chunks(bool binary)
    {
        var all = new ArrayBufferWriter<byte>(Rows * 128);
        var id = new byte[4];
        for (var i = 0; i < Rows; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(id, i);
            var row = TestMasks.Row(binary ? id : Text(i), Text($"name {i}"), Text($"900-45-{i % 10000:0000}"), Text("4111 1111 1111 1111"), Text($"order {i} was sent on Monday, paid in full"));
            all.WriteMessage(BackendType.DataRow, row);
        }

        return [.. all.WrittenMemory.ToArray().Chunk(Read)];

        static byte[] Text(object text) => Encoding.UTF8.GetBytes(Convert.ToString(text, CultureInfo.InvariantCulture)!);
    }
}
