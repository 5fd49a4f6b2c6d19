namespace Hoop.Ingress.Journal.Shipping;

/// <summary>
/// The arrays that batches are sent in, used again once nobody holds them. A new one for each would be a large object, of which a few already make the whole heap be collected. A message
/// is all of its array, so there are only a few lengths, and zeros behind the last event.
/// </summary>
internal sealed class BatchArrays
{
    private const int Step = 64 * 1024;
    private const int MaxKept = 8;

    private readonly List<byte[]> kept = [];

    public byte[] Copy(ReadOnlySpan<byte> batch)
    {
        if (batch.Length < Step)
            return batch.ToArray();
        var array = Take((batch.Length + Step - 1) / Step * Step);
        batch.CopyTo(array);
        array.AsSpan(batch.Length).Clear();
        return array;
    }

    /// <summary>Nobody reads it any more.</summary>
    public void Return(byte[] array)
    {
        if (array.Length < Step || array.Length > 2 * BatchReader.MaxBytes)
            return;
        if (kept.Count == MaxKept)
            kept.RemoveAt(0);
        kept.Add(array);
    }

    private byte[] Take(int length)
    {
        var at = kept.FindIndex(a => a.Length == length);
        if (at < 0)
            return GC.AllocateUninitializedArray<byte>(length);
        var array = kept[at];
        kept.RemoveAt(at);
        return array;
    }
}
