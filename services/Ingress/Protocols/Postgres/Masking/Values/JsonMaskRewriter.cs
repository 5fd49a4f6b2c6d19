using Hoop.Contracts.Documents;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Values;

/// <summary>A masked JSON value is a JSON string. Only of a plain string can a part be kept; of a document it would not be JSON.</summary>
internal sealed class JsonMaskRewriter(ValueMask mask, bool version) : ValueRewriter
{
    public override bool HidesNull => mask.HidesNull;

    public override bool TryWrite(ReadOnlySpan<byte> value, ScratchBuffer output)
    {
        if (version)
        {
            // The binary forms of jsonb and jsonpath begin with a version; there is only 1.
            output.Write([(byte)1]);
            value = value.IsEmpty ? value : value[1..];
        }
        output.Write("\""u8);
        if (IsPlainString(value))
            mask.Write(value[1..^1], output);
        else if (mask.Mode == MaskMode.Hash)
            mask.Write(value, output);
        else
            output.Write(ValueMask.Redacted);
        output.Write("\""u8);
        return true;
    }

    private static bool IsPlainString(ReadOnlySpan<byte> value) =>
        value.Length >= 2 && value[0] == (byte)'"' && value[^1] == (byte)'"' && !value[1..^1].ContainsAny((byte)'"', (byte)'\\');
}
