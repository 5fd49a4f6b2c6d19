using System.Buffers;
using System.Buffers.Text;

namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>A statement ended well: <c>SELECT 3</c>, <c>INSERT 0 1</c>, <c>BEGIN</c>.</summary>
public readonly ref struct CommandComplete
{
    public required ReadOnlySpan<byte> Tag { get; init; }

    /// <summary>The number at the tag's end; null when it has none.</summary>
    public long? Rows
    {
        get
        {
            var space = Tag.LastIndexOf((byte)' ');
            return space >= 0 && Utf8Parser.TryParse(Tag[(space + 1)..], out long rows, out var used) && used == Tag.Length - space - 1 ? rows : null;
        }
    }

    public static CommandComplete Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        var message = new CommandComplete { Tag = reader.ReadCString() };
        reader.End();
        return message;
    }

    public static void Write(IBufferWriter<byte> output, string tag) => output.WriteStringMessage(BackendType.CommandComplete, tag);
}
