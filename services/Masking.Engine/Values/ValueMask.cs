using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Hoop.Contracts.Documents;
using Hoop.Masking.Engine.Values;

namespace Hoop.Masking.Engine;

/// <summary>Rewrites one value given as text. Immutable, thread-safe.</summary>
public sealed class ValueMask
{
    private const int HashBytes = 8;

    /// <summary>Of the text of a hash, in bytes.</summary>
    public const int HashLength = HashBytes * 2;

    private readonly int keepLast;
    private readonly KeyedHash? hash;

    internal ValueMask(string name, MaskMode mode, int keepLast, byte[] key) =>
        (Name, Mode, this.keepLast, hash) = (name, mode, keepLast, mode == MaskMode.Hash ? new(key) : null);

    /// <summary>
    /// For values computed from the column. Of a reversed card number the last four digits are the first, the hash of one digit is known
    /// after ten tries, and <c>substring(ssn from '^9')</c> answers by being NULL: nothing is kept, not even that.
    /// </summary>
    internal static ValueMask Computed(string name, MaskMode mode) =>
        mode == MaskMode.Null ? new(name, mode, 0, []) : new(name, MaskMode.Redact, 0, []) { HidesNull = true };

    /// <summary>What stands for a redacted value. Fixed, so that it does not tell the length.</summary>
    public static ReadOnlySpan<byte> Redacted => "***"u8;

    /// <summary>The mask's name, for the record.</summary>
    public string Name { get; }

    public MaskMode Mode { get; }

    /// <summary>NULL, too, becomes the masked form.</summary>
    public bool HidesNull { get; private init; }

    /// <summary>
    /// Writes the masked form of a UTF-8 text value. For <see cref="MaskMode.Null"/> it writes the redacted form: whoever
    /// has a NULL of its own writes that instead.
    /// </summary>
    public void Write(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        switch (Mode)
        {
            case MaskMode.Partial when keepLast > 0 && !text.IsEmpty:
                PartialText.Write(text, keepLast, output);
                break;
            case MaskMode.Hash:
                WriteHash(text, output);
                break;
            default:
                output.Write(Redacted);
                break;
        }
    }

    /// <summary>Has the hash of a value written later, beside others; false for other masks and for long values: they are written at once.</summary>
    /// <param name="place">Where in the output there is room of <see cref="HashLength"/> for it.</param>
    public bool TryDefer(ReadOnlySpan<byte> text, HashLanes lanes, int place) => hash is not null && lanes.TryAdd(hash, text, place);

    /// <summary>The one that tells less: null, then redact (NULL included, then not), hash, partial; of two partial ones the shorter.</summary>
    [return: NotNullIfNotNull(nameof(a)), NotNullIfNotNull(nameof(b))]
    public static ValueMask? Strictest(ValueMask? a, ValueMask? b) =>
        b is null ? a : a is null || Rank(b) > Rank(a) || (Rank(b) == Rank(a) && b.keepLast < a.keepLast) ? b : a;

    private static int Rank(ValueMask mask) => mask.Mode switch
    {
        MaskMode.Partial => 0,
        MaskMode.Hash => 1,
        MaskMode.Null => 4,
        _ => mask.HidesNull ? 3 : 2,
    };

    /// <summary>The same value gives the same text in every column, so joins and counts still work.</summary>
    private void WriteHash(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        Span<byte> mac = stackalloc byte[KeyedHash.Size];
        hash!.Write(text, mac);
        WriteHash(mac, output.GetSpan(HashLength));
        output.Advance(HashLength);
    }

    internal static void WriteHash(ReadOnlySpan<byte> mac, Span<byte> output) => Convert.TryToHexStringLower(mac[..HashBytes], output, out _);
}
