using System.Collections.Concurrent;

namespace Hoop.Ingress.Sql.Parsing;

/// <summary>Idle sandboxes. An instance has one user at a time; no more are kept than can be busy at once.</summary>
static class PgParserPool
{
    static readonly ConcurrentQueue<PgParserInstance> Idle = new();
    static readonly int Limit = Environment.ProcessorCount * 2;

    public static PgParserInstance Rent() => Idle.TryDequeue(out var instance) ? instance : PgParserInstance.Create();

    public static void Return(PgParserInstance instance, bool reusable)
    {
        if (reusable && Idle.Count < Limit) Idle.Enqueue(instance);
        else instance.Dispose();
    }
}
