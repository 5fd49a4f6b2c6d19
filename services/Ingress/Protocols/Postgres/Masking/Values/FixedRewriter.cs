
namespace Hoop.Ingress.Protocols.Postgres.Masking.Values;

/// <summary>The same for every value: the type's neutral value, or NULL.</summary>
internal sealed class FixedRewriter(byte[]? replacement, bool hidesNull = false) : ValueRewriter
{
    public static readonly FixedRewriter Null = new(null);

    public override bool HidesNull => hidesNull && replacement is not null;

    public override bool TryWrite(ReadOnlySpan<byte> value, ScratchBuffer output)
    {
        output.Write(replacement);
        return replacement is not null;
    }
}
