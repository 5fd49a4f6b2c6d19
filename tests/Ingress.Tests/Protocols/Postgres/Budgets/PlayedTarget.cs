using System.Buffers;
using System.Buffers.Binary;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.ServiceDefaults.Documents;
using Microsoft.Extensions.Configuration;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Budgets;

/// <summary>
/// A target in memory that answers within the call that asks, so that a whole round trip stays on one thread: one row for each
/// Query and Execute. It makes no garbage of its own.
/// </summary>
internal sealed class PlayedTarget : ITargetDialer
{
    private readonly ArrayBufferWriter<byte> asked = new(64 * 1024), answers = new(64 * 1024);
    private readonly PlayedStream stream;
    private bool loggedIn, toldNames;
    private int handled;

    internal PlayedTarget() => stream = new PlayedStream(Take);

    internal static readonly PostgresColumn[] Columns = [new("id", 0, 0, 23, 4, -1, 0), new("name", 0, 0, 25, -1, -1, 0)];

    internal byte[] Description { get; set; } = Message(output => RowDescription.Write(output, Columns));
    internal byte[] Row { get; set; } = Message(output => DataRow.Write(output, "1", "name"));
    internal byte[] Tag { get; set; } = Message(output => CommandComplete.Write(output, "SELECT 1"));

    /// <summary>Queries are answered by their description alone; the test says the rest.</summary>
    internal bool Streams { get; set; }

    /// <summary>Writes to the target: each is a flush of the gateway's.</summary>
    internal int Writes { get; private set; }

    public References References { get; } = new(new ConfigurationBuilder().Build());

    public ValueTask<TargetConnection> DialAsync(AuthorizedTarget target, CancellationToken cancel) => new(TargetConnection.Over(stream, "played", stream));

    /// <summary>Sends what nobody asked for, or the rest of an answer.</summary>
    internal void Say(ReadOnlyMemory<byte> bytes) => stream.Deliver(bytes);

    internal static byte[] Message(Action<IBufferWriter<byte>> write)
    {
        var message = new ArrayBufferWriter<byte>();
        write(message);
        return message.WrittenSpan.ToArray();
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        Writes++;
        asked.Write(bytes);
        while (TryTake(out var type, out var kind)) Answer(type, kind);
        if (handled == asked.WrittenCount)
        {
            asked.ResetWrittenCount();
            handled = 0;
        }

        if (answers.WrittenCount == 0) return;
        stream.Deliver(answers.WrittenMemory);
        answers.ResetWrittenCount();
    }

    private bool TryTake(out byte type, out byte kind)
    {
        var rest = asked.WrittenSpan[handled..];
        (type, kind) = (0, 0);
        var header = loggedIn ? 1 : 0;
        if (rest.Length < header + 4) return false;
        var length = header + BinaryPrimitives.ReadInt32BigEndian(rest[header..]);
        if (rest.Length < length) return false;
        if (loggedIn) (type, kind) = (rest[0], length > 5 ? rest[5] : (byte)0);
        handled += length;
        return true;
    }

    private void Answer(byte type, byte kind)
    {
        switch (type)
        {
            case 0:
                loggedIn = true;
                Authentication.Write(answers, AuthenticationKind.Ok);
                ReadyForQuery.Write(answers, ReadyForQuery.Idle);
                break;
            case FrontendType.Query:
                answers.Write(Description);
                if (Streams) break;
                AnswerRows();
                ReadyForQuery.Write(answers, ReadyForQuery.Idle);
                break;
            case FrontendType.Parse: answers.WriteEmpty(BackendType.ParseComplete); break;
            case FrontendType.Bind: answers.WriteEmpty(BackendType.BindComplete); break;
            case FrontendType.Close: answers.WriteEmpty(BackendType.CloseComplete); break;
            case FrontendType.Describe:
                if (kind == Describe.StatementKind) answers.WriteMessage(BackendType.ParameterDescription, [0, 1, 0, 0, 0, 23]);
                answers.Write(Description);
                break;
            case FrontendType.Execute: AnswerRows(); break;
            case FrontendType.Terminate: stream.Dispose(); break;
            case FrontendType.Sync: ReadyForQuery.Write(answers, ReadyForQuery.Idle); break;
        }
    }

    // The gateway's first question is what names stand for.
    private void AnswerRows()
    {
        if (toldNames) answers.Write(Row);
        else DataRow.Write(answers, "s", "public", "1");
        toldNames = true;
        answers.Write(Tag);
    }
}
