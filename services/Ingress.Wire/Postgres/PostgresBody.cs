using System.Buffers;

namespace Hoop.Ingress.Wire.Postgres;

/// <summary>A body in one piece: borrowed when it is, copied to a pooled array when it lies across segments.</summary>
public readonly ref struct PostgresBody : IDisposable
{
    private readonly byte[]? rented;

    public PostgresBody(in ReadOnlySequence<byte> body)
    {
        if (body.IsSingleSegment)
        {
            Span = body.FirstSpan;
            return;
        }

        var length = checked((int)body.Length);
        rented = ArrayPool<byte>.Shared.Rent(length);
        body.CopyTo(rented);
        Span = rented.AsSpan(0, length);
    }

    public ReadOnlySpan<byte> Span { get; }

    public void Dispose()
    {
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }
}
