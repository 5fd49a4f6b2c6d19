using Hoop.Ingress.Wire.Postgres;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Values;

/// <summary>A binary array (<c>array_send</c>): dimensions, flags, element type, sizes and bounds, then each element with its length.</summary>
internal sealed class DetectingArray(ValueRewriter element) : DetectingRewriter
{
    private const int MaxDimensions = 6;

    public override bool Changes(ReadOnlySpan<byte> value)
    {
        var reader = new PostgresFieldReader(value);
        for (var left = ReadHeader(ref reader); left > 0; left--)
            if (reader.TryReadValue(out var item) && element.Changes(item))
                return true;
        reader.End();
        return false;
    }

    public override bool TryWrite(ReadOnlySpan<byte> value, ScratchBuffer output)
    {
        var reader = new PostgresFieldReader(value);
        var left = ReadHeader(ref reader);
        output.Write(value[..^reader.Rest.Length]);
        for (; left > 0; left--)
        {
            var begun = output.BeginLength();
            var known = reader.TryReadValue(out var item);
            if (known && !element.Changes(item))
                output.Write(item);
            else
                known = known && element.TryWrite(item, output);
            output.EndLength(begun, isNull: !known);
        }
        reader.End();
        return true;
    }

    private static long ReadHeader(ref PostgresFieldReader reader)
    {
        var dimensions = reader.ReadInt32();
        reader.ReadInt32();
        reader.ReadInt32();
        if (dimensions is < 0 or > MaxDimensions)
            throw new PostgresWireException("array with an impossible number of dimensions");
        var count = dimensions == 0 ? 0L : 1L;
        for (; dimensions > 0; dimensions--)
        {
            var size = reader.ReadInt32();
            reader.ReadInt32();
            count *= size;
            if (size < 0 || count > int.MaxValue)
                throw new PostgresWireException("array with an impossible size");
        }
        return count;
    }
}
