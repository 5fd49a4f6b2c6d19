using System.Buffers;
using System.IO.Pipelines;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>Splits an export into lines, at line feeds alone.</summary>
internal static class BundleLines
{
    private const int MaxLine = 256 * 1024 * 1024;
    private const int BufferBytes = 64 * 1024;

    /// <summary>Every line without its feed. The last one says whether a feed followed it.</summary>
    public static async IAsyncEnumerable<(ReadOnlyMemory<byte> Line, bool Ended)> ReadAsync(
        Stream stream, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, bufferSize: BufferBytes));
        var searched = 0L;   // So much of the next line is known to have no feed in it: a long line is looked through once.
        while (true)
        {
            var read = await reader.ReadAsync(cancel);
            var rest = read.Buffer;
            while (rest.Slice(searched).PositionOf((byte)'\n') is { } end)
            {
                yield return (rest.Slice(0, end).ToArray(), true);
                rest = rest.Slice(rest.GetPosition(1, end));
                searched = 0;
            }

            searched = rest.Length;
            if (rest.Length > MaxLine)
                throw new InvalidDataException($"A line is longer than {MaxLine} bytes: this is not an export of Hoop.");
            if (read.IsCompleted)
            {
                if (!rest.IsEmpty)
                    yield return (rest.ToArray(), false);
                break;
            }

            reader.AdvanceTo(rest.Start, rest.End);
        }

        await reader.CompleteAsync();
    }
}
