using System.Buffers;
using System.Diagnostics;
using System.Reflection;
using Hoop.Ingress.Protocols.Postgres;
using Hoop.Ingress.Tests.Protocols.Masking;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Testing;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Budgets;

/// <summary>What the relay itself allocates for a statement, the Gate's permit included: committed, and checked here.</summary>
public sealed class StatementBudgetTests(ITestOutputHelper output)
{
    private const int Statements = 2_000, Rounds = 200;
    private const string Sql = "select id, name from orders where id = 1";

    /// <summary>Without optimisation every call of an async method makes an object.</summary>
    private static readonly bool IsOptimized = typeof(PostgresServices).Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true };

    [Fact]
    public async Task A_simple_query()
    {
        var query = PlayedTarget.Message(message => message.WriteStringMessage(FrontendType.Query, Sql));
        (await MeasureAsync("simple", query, query)).ShouldBeLessThanOrEqualTo(IsOptimized ? 600 : 2_200);
    }

    [Fact]
    public async Task A_prepared_statement_with_a_value()
    {
        var prepare = PlayedTarget.Message(message =>
        {
            Parse.Write(message, "p1", Sql);
            Describe.Write(message, Describe.StatementKind, "p1");
            message.WriteEmpty(FrontendType.Sync);
        });
        var execute = PlayedTarget.Message(WriteExecute);
        (await MeasureAsync("prepared", prepare, execute)).ShouldBeLessThanOrEqualTo(IsOptimized ? 800 : 3_000);
    }

    private Task<double> MeasureAsync(string what, byte[] first, byte[] exchange) => RelayRig.RunAsync(
        rig =>
        {
            rig.WarmUp(first);
            var (bytes, best) = (0L, TimeSpan.MaxValue);
            for (var round = 0; round < Rounds; round++)
            {
                var (before, began) = (GC.GetAllocatedBytesForCurrentThread(), ThreadTime.Now);
                for (var i = 0; i < Statements / 10; i++) rig.Exchange(exchange);
                if (ThreadTime.Now - began is var time && time < best) best = time;
                // The first rounds compile.
                if (round >= Rounds - 10) bytes += GC.GetAllocatedBytesForCurrentThread() - before;
            }

            var each = bytes / (double)Statements;
            output.WriteLine($"{what}: {each:0} bytes, {best.TotalMicroseconds / (Statements / 10):0.00} µs a statement");
            return each;
        },
        TestMasks.WithColumns, Sql);

    // A binary int4.
    private static void WriteExecute(IBufferWriter<byte> output)
    {
        output.WriteMessage(FrontendType.Bind, [0, .. "p1"u8, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 4, 0, 0, 0, 42, 0, 1, 0, 0]);
        Execute.Write(output, "");
        output.WriteEmpty(FrontendType.Sync);
    }
}
