using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>What the server answered to one request of our own.</summary>
internal sealed class TargetReply
{
    private long bytes;

    internal int MostBytes { get; init; } = int.MaxValue;

    /// <summary>Rows are to stay as they came.</summary>
    internal bool KeepsBytes { get; init; }

    internal PostgresColumn[] Columns { get; set; } = [];
    internal uint[] ParameterTypes { get; set; } = [];

    internal List<string?[]> Texts { get; } = [];

    /// <summary>The bodies of the DataRows.</summary>
    internal List<byte[]> Rows { get; } = [];

    internal PostgresDiagnostic? Error { get; set; }

    internal void Add(ReadOnlySpan<byte> row)
    {
        bytes += row.Length;
        if (bytes > MostBytes) throw new TargetUnavailableException("54000", "the target sent more than the limit");
        if (KeepsBytes) Rows.Add(row.ToArray());
        else Texts.Add(DataRow.ReadText(row));
    }
}
