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
    public async Task<IReadOnlyList<string?[]>> QueryAsync(string sql, CancellationToken cancel)
    {
        upstream.Output.WriteStringMessage(FrontendType.Query, sql);
        return (await RunAsync(new TargetReply(), cancel)).Texts;
    }

    /// <summary>Runs one statement; a second one in the text is an error of the server's.</summary>
    internal Task<IReadOnlyList<string?[]>> QueryOneAsync(string sql, CancellationToken cancel) =>
        QueryAsync(sql, BindParameters.None, cancel);

    /// <summary>Runs one statement with the parameters of somebody's Bind, byte for byte.</summary>
    internal async Task<IReadOnlyList<string?[]>> QueryAsync(string sql, BindParameters parameters, CancellationToken cancel)
    {
        WriteStatement(sql, parameters, describe: false);
        return (await RunAsync(new TargetReply(), cancel)).Texts;
    }

    /// <summary>The same, with the description of the rows and their bytes, so that they can be masked.</summary>
    /// <param name="mostBytes">Of all rows together; over it, the connection is of no further use.</param>
    internal Task<TargetReply> ReadAsync(string sql, BindParameters parameters, int mostBytes, CancellationToken cancel)
    {
        WriteStatement(sql, parameters, describe: true);
        return RunAsync(new TargetReply { KeepsBytes = true, MostBytes = mostBytes }, cancel);
    }

    /// <summary>The types that the server gives a statement's parameters. Nothing runs.</summary>
    internal async Task<uint[]> ParameterTypesAsync(string sql, uint[] types, CancellationToken cancel)
    {
        Parse.Write(upstream.Output, "", sql, types);
        Describe.Write(upstream.Output, Describe.StatementKind, "");
        upstream.Output.WriteEmpty(FrontendType.Sync);
        return (await RunAsync(new TargetReply(), cancel)).ParameterTypes;
    }

    public async ValueTask DisposeAsync()
    {
        upstream.Output.WriteEmpty(FrontendType.Terminate);
        await upstream.DisposeAsync();
    }

    private void WriteStatement(string sql, BindParameters parameters, bool describe)
    {
        Parse.Write(upstream.Output, "", sql, parameters.Types);
        parameters.WriteBind(upstream.Output);
        if (describe) Describe.Write(upstream.Output, Describe.PortalKind, "");
        Execute.Write(upstream.Output, "");
        upstream.Output.WriteEmpty(FrontendType.Sync);
    }

    private async Task<TargetReply> RunAsync(TargetReply reply, CancellationToken cancel)
    {
        try
        {
            await upstream.Output.FlushAsync(cancel);
            while (true)
            {
                var read = await upstream.Input.ReadAsync(cancel);
                var buffer = read.Buffer;
                var ready = Handle(ref buffer, reply);
                upstream.Input.AdvanceTo(buffer.Start, ready ? buffer.Start : buffer.End);
                if (ready) break;
                if (read.IsCompleted) throw new TargetUnavailableException("08006", "the target closed the connection");
            }
        }
        catch (IOException e)
        {
            throw new TargetUnavailableException("08006", "the target closed the connection", e);
        }

        return reply.Error is null ? reply : throw new TargetUnavailableException(reply.Error.SqlState, reply.Error.Message);
    }

    private static bool Handle(ref ReadOnlySequence<byte> buffer, TargetReply reply)
    {
        while (true)
        {
            switch (PostgresFrame.TryRead(ref buffer, Math.Min(MaxMessage, reply.MostBytes), out var frame))
            {
                case FrameRead.Incomplete: return false;
                case FrameRead.TooLong: throw new TargetUnavailableException("54000", "the target sent a message over the limit");
            }

            using var body = new PostgresBody(frame.Body);
            switch (frame.Type)
            {
                case BackendType.DataRow: reply.Add(body.Span); break;
                case BackendType.RowDescription: reply.Columns = RowDescription.Read(body.Span); break;
                case BackendType.ParameterDescription: reply.ParameterTypes = ParameterDescription.Read(body.Span); break;
                case BackendType.ErrorResponse: reply.Error = PostgresDiagnostic.Read(body.Span); break;
                case BackendType.ReadyForQuery: return true;
            }
        }
    }
}
