using System.Buffers.Binary;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Recordings;
using Hoop.Ingress.Wire.Postgres;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>The lines of a COPY … TO STDOUT on their way into the recording, masked likewise: each is a row of one text.</summary>
internal sealed class RecordedCopy(ResultRecording recording, PostgresCopyMasker? masker)
{
    private readonly ScratchBuffer messages = new();

    public bool Done => recording.Done;

    public void Add(ReadOnlySpan<byte> body)
    {
        try
        {
            if (masker is null || !masker.TryRewrite(body, messages.Clear()))
            {
                recording.Add(body);
                return;
            }

            for (var rest = messages.Written; !rest.IsEmpty;)
            {
                var length = 1 + BinaryPrimitives.ReadInt32BigEndian(rest[1..]);
                recording.Add(rest[PostgresFrame.HeaderLength..length]);
                rest = rest[length..];
            }
        }
        catch (PostgresWireException)
        {
            recording.Cut("the copy's rows were not those that were announced, so they could not be masked");
        }
    }

    /// <inheritdoc cref="RecordedRows.Skips"/>
    public bool Skips(long length)
    {
        if (length > ResultRecording.LongestRow) recording.Cut($"a row is longer than {ResultRecording.LongestRow} bytes");
        return recording.Done;
    }

    internal static RowWriter Writer(bool binary) => (line, json) =>
    {
        json.WriteStartArray();
        json.WriteStringValue(BindValueText.Render(binary ? line : line.TrimEnd((byte)'\n'), binary, type: 0, longest: ResultRecording.LongestRow));
        json.WriteEndArray();
    };
}
