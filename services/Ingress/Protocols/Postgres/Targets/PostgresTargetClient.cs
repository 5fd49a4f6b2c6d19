using System.Buffers;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>Ingress's own connection to a target: text in, text rows out. For the catalog, plans and name lookups; never for a client's statements.</summary>
public sealed class PostgresTargetClient : IAsyncDisposable
{
    private const int MaxMessage = 64 * 1024 * 1024;

    private readonly PostgresUpstream upstream;

    private PostgresTargetClient(PostgresUpstream upstream) => this.upstream = upstream;

    /// <exception cref="TargetUnavailableException">With one line saying why.</exception>
    public static async Task<PostgresTargetClient> ConnectAsync(ITargetDialer dialer, AuthorizedTarget target, CancellationToken cancel)
    {
        var startup = new Dictionary<string, string> { ["application_name"] = "hoop", ["client_encoding"] = "UTF8" };
        return new PostgresTargetClient(await PostgresUpstream.ConnectAsync(dialer, target, startup, cancel));
    }

    /// <summary>Runs a query string; the rows of its statements, in order, as text.</summary>
    /// <exception cref="TargetUnavailableException">The server's error; the connection stays usable.</exception>
    public Task<IReadOnlyList<string?[]>> QueryAsync(string sql, CancellationToken cancel)
    {
        upstream.Output.WriteStringMessage(FrontendType.Query, sql);
        return RunAsync(cancel);
    }

    /// <summary>Runs one statement; a second one in the text is an error of the server's.</summary>
    internal Task<IReadOnlyList<string?[]>> QueryOneAsync(string sql, CancellationToken cancel) =>
        QueryAsync(sql, new BindParameters([], [], 0, []), cancel);

    /// <summary>Runs one statement with the parameters of somebody's Bind, byte for byte.</summary>
    internal Task<IReadOnlyList<string?[]>> QueryAsync(string sql, BindParameters parameters, CancellationToken cancel)
    {
        Parse.Write(upstream.Output, "", sql, parameters.Types);
        parameters.WriteBind(upstream.Output);
        Execute.Write(upstream.Output, "");
        upstream.Output.WriteEmpty(FrontendType.Sync);
        return RunAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        upstream.Output.WriteEmpty(FrontendType.Terminate);
        await upstream.DisposeAsync();
    }

    private async Task<IReadOnlyList<string?[]>> RunAsync(CancellationToken cancel)
    {
        var rows = new List<string?[]>();
        PostgresDiagnostic? error = null;
        try
        {
            await upstream.Output.FlushAsync(cancel);
            while (true)
            {
                var read = await upstream.Input.ReadAsync(cancel);
                var buffer = read.Buffer;
                var ready = Handle(ref buffer, rows, ref error);
                upstream.Input.AdvanceTo(buffer.Start, ready ? buffer.Start : buffer.End);
                if (ready) break;
                if (read.IsCompleted) throw new TargetUnavailableException("08006", "the target closed the connection");
            }
        }
        catch (IOException e)
        {
            throw new TargetUnavailableException("08006", "the target closed the connection", e);
        }

        return error is null ? rows : throw new TargetUnavailableException(error.SqlState, error.Message);
    }

    private static bool Handle(ref ReadOnlySequence<byte> buffer, List<string?[]> rows, ref PostgresDiagnostic? error)
    {
        while (true)
        {
            switch (PostgresFrame.TryRead(ref buffer, MaxMessage, out var frame))
            {
                case FrameRead.Incomplete: return false;
                case FrameRead.TooLong: throw new TargetUnavailableException("54000", "the target sent a message over the limit");
            }

            using var body = new PostgresBody(frame.Body);
            switch (frame.Type)
            {
                case BackendType.DataRow: rows.Add(DataRow.ReadText(body.Span)); break;
                case BackendType.ErrorResponse: error = PostgresDiagnostic.Read(body.Span); break;
                case BackendType.ReadyForQuery: return true;
            }
        }
    }
}
