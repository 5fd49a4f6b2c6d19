using System.Net;

namespace Hoop.Ingress.Protocols.Postgres;

/// <summary>Section <c>Hoop:Postgres</c>.</summary>
public sealed class PostgresOptions
{
    public const string Section = "Hoop:Postgres";

    /// <summary><c>host:port</c>, the host an IP address; port 0 takes a free one.</summary>
    public string Listen { get; set; } = "127.0.0.1:15432";

    /// <summary>How many event loops sessions live on, where the system has them (Linux); 0: on the standard sockets.</summary>
    public int EventLoops { get; set; } = Environment.ProcessorCount;

    /// <summary>Longest statement that is read, in bytes.</summary>
    public int StatementLimit { get; set; } = 1024 * 1024;

    /// <summary>Longest message of a client that is taken at all, in bytes.</summary>
    public int MessageLimit { get; set; } = 64 * 1024 * 1024;

    /// <summary>From the first byte to the first ReadyForQuery.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Between the notices of a statement that waits for approval.</summary>
    public TimeSpan HoldNotice { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes a client may send ahead while its statement waits.</summary>
    public int HoldBuffer { get; set; } = 64 * 1024;

    /// <summary>How long a statement waits for another session's change of what it names, and such a change for statements that use it.</summary>
    public TimeSpan NamesTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For all that approvers get to know beforehand, from the connection to the last row.</summary>
    public TimeSpan PreviewTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Rows that approvers see beforehand; 0: none are read.</summary>
    public int PreviewRows { get; set; } = 10;

    internal IPEndPoint Endpoint =>
        IPEndPoint.TryParse(Listen, out var endpoint)
            ? endpoint
            : throw new InvalidOperationException($"{Section}:Listen is \"{Listen}\"; it must be an IP address and a port, such as 127.0.0.1:15432");
}
