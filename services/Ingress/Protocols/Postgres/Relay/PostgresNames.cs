namespace Hoop.Ingress.Protocols.Postgres.Relay;

internal enum NameLookup
{
    Missing,
    Found,
    /// <summary>A request of an earlier pipeline that sets the name is not answered yet.</summary>
    Unsettled,
}

/// <summary>
/// What a name stands for on the server. A change counts when the server confirmed it; before that it is only good within its own
/// pipeline, where its failure takes everything after it down too.
/// </summary>
internal sealed class PostgresNames<T> where T : class
{
    private const int Limit = 10_000;

    private readonly Dictionary<string, T> confirmed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (T? Value, long Pipeline)> proposed = new(StringComparer.Ordinal);

    /// <param name="value">Null: the name is closed.</param>
    public void Propose(string name, T? value, long pipeline) => proposed[name] = (value, pipeline);

    public void Confirm(string name, T? value)
    {
        Withdraw(name, value);
        if (value is null) confirmed.Remove(name);
        else if (confirmed.Count < Limit || confirmed.ContainsKey(name)) confirmed[name] = value;
    }

    /// <summary>The request failed, or was skipped: the name stands for what it did before.</summary>
    public void Withdraw(string name, T? value)
    {
        if (proposed.TryGetValue(name, out var known) && ReferenceEquals(known.Value, value)) proposed.Remove(name);
    }

    public NameLookup Find(string name, long pipeline, out T? value)
    {
        if (proposed.TryGetValue(name, out var pending))
        {
            value = pending.Value;
            if (pending.Pipeline != pipeline) return NameLookup.Unsettled;
            return value is null ? NameLookup.Missing : NameLookup.Found;
        }

        return confirmed.TryGetValue(name, out value) ? NameLookup.Found : NameLookup.Missing;
    }

    /// <summary>It stands for something, or may when what was sent is answered.</summary>
    public bool Knows(string name) => confirmed.ContainsKey(name) || proposed.ContainsKey(name);

    /// <summary>Any of those that it stands for, or may when what was sent is answered.</summary>
    public bool Any(string name, Func<T, bool> condition) =>
        confirmed.TryGetValue(name, out var known) && condition(known) || proposed.TryGetValue(name, out var pending) && pending.Value is { } value && condition(value);

    /// <summary>What the server is known to have.</summary>
    public T? Confirmed(string name) => confirmed.GetValueOrDefault(name);

    public void Clear() => confirmed.Clear();

    public void RemoveWhere(Func<T, bool> gone)
    {
        if (confirmed.Count == 0) return;
        foreach (var (name, value) in confirmed)
        {
            if (gone(value)) confirmed.Remove(name);
        }
    }
}
