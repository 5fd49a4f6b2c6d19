using System.Collections.Concurrent;

namespace Hoop.Ingress.Sql.Parsing;

/// <summary>
/// A bounded dictionary in two generations: when the young one is full it becomes the old one and the old one is forgotten, so what is in use stays
/// without a lock or a list on the way of a hit.
/// </summary>
sealed class Generations<TKey, TValue>(int maxEntries, long maxBytes, IEqualityComparer<TKey>? comparer = null) where TKey : notnull
{
    ConcurrentDictionary<TKey, Slot> young = new(comparer), old = new(comparer);
    long youngBytes, oldBytes;
    int youngCount;
    readonly Lock turning = new();

    public int Count => young.Count + old.Count;
    public long Bytes => Volatile.Read(ref youngBytes) + Volatile.Read(ref oldBytes);

    public bool TryGet(TKey key, out TValue value)
    {
        if (!young.TryGetValue(key, out var slot))
        {
            if (!old.TryGetValue(key, out slot)) return Missed(out value);
            Add(key, slot);
        }
        value = slot.Value;
        return true;
    }

    /// <summary>By a key on the stack; the comparer must know its type.</summary>
    public bool TryGet<TAlternate>(TAlternate key, out TValue value) where TAlternate : notnull, allows ref struct
    {
        if (!young.GetAlternateLookup<TAlternate>().TryGetValue(key, out var slot))
        {
            if (!old.GetAlternateLookup<TAlternate>().TryGetValue(key, out var kept, out slot)) return Missed(out value);
            Add(kept, slot);
        }
        value = slot.Value;
        return true;
    }

    /// <param name="bytes">How much of the budget it takes.</param>
    public void Add(TKey key, TValue value, long bytes) => Add(key, new Slot(value, bytes));

    void Add(TKey key, Slot slot)
    {
        lock (turning)
        {
            if (youngCount >= maxEntries / 2 || youngBytes + slot.Bytes > maxBytes / 2)
            {
                (old, oldBytes) = (young, youngBytes);
                (young, youngBytes, youngCount) = (new(comparer), 0, 0);
            }
            if (!young.TryAdd(key, slot)) return;
            youngBytes += slot.Bytes;
            youngCount++;
        }
    }

    static bool Missed(out TValue value)
    {
        value = default!;
        return false;
    }

    readonly record struct Slot(TValue Value, long Bytes);
}
