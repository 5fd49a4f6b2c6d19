using System.Buffers;
using System.Text;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Authentication;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.ServiceDefaults.Documents;

namespace Hoop.Ingress.Protocols.Postgres.Targets;

/// <summary>The log-in at the target, with the target's credential: from the start-up packet to ReadyForQuery.</summary>
internal sealed class TargetLogin(PostgresUpstream upstream, AuthorizedTarget target, References references)
{
    private const int MaxMessage = 64 * 1024;
    private const int MaxParameters = 200;
    private static readonly ScramKeyCache Keys = new();

    private readonly string user = target.Document.Credential.Username;
    private Secret? password;
    private ScramSha256Client? scram;
    private string? challenge;
    private bool serverProved;
    private bool authenticated;

    public async Task RunAsync(IReadOnlyDictionary<string, string> startup, CancellationToken cancel)
    {
        password = await TargetCredentials.ResolveAsync(references, target.Document.Credential, cancel);
        StartupPacket.Write(upstream.Output, 3 << 16, Parameters(startup));
        await upstream.Output.FlushAsync(cancel);
        while (true)
        {
            var read = await upstream.Input.ReadAsync(cancel);
            var buffer = read.Buffer;
            var ready = Handle(ref buffer);
            upstream.Input.AdvanceTo(buffer.Start, ready ? buffer.Start : buffer.End);
            await AnswerChallengeAsync();
            await upstream.Output.FlushAsync(cancel);
            if (ready) return;
            if (read.IsCompleted) throw new IOException("closed during log-in");
        }
    }

    private async ValueTask AnswerChallengeAsync()
    {
        if (challenge is not { } said) return;
        challenge = null;
        upstream.Output.WriteMessage(FrontendType.Password, Encoding.UTF8.GetBytes(await scram!.FinalAsync(said)));
    }

    private IEnumerable<KeyValuePair<string, string>> Parameters(IReadOnlyDictionary<string, string> startup)
    {
        yield return new("user", user);
        yield return new("database", target.Document.Database ?? user);
        foreach (var (name, value) in startup)
        {
            if (name is "user" or "database" || name.StartsWith("_pq_.", StringComparison.Ordinal)) continue;
            yield return new(name, value);
        }
    }

    private bool Handle(ref ReadOnlySequence<byte> buffer)
    {
        while (true)
        {
            switch (PostgresFrame.TryRead(ref buffer, MaxMessage, out var frame))
            {
                case FrameRead.Incomplete: return false;
                case FrameRead.TooLong: throw new PostgresWireException("log-in message too long");
            }

            using var body = new PostgresBody(frame.Body);
            if (Handle(frame.Type, body.Span)) return true;
        }
    }

    private bool Handle(byte type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case BackendType.Authentication: Answer(Authentication.Read(body)); return false;
            case BackendType.ErrorResponse: throw Failure(PostgresDiagnostic.Read(body));
            case BackendType.NoticeResponse: return false;
            case BackendType.ParameterStatus when authenticated && upstream.Parameters.Count < MaxParameters:
                upstream.Parameters.Add(ParameterStatus.Read(body));
                return false;
            case BackendType.BackendKeyData when authenticated: upstream.Key = BackendKeyData.Read(body); return false;
            case BackendType.ReadyForQuery when authenticated: return true;
            default: throw new PostgresWireException("unexpected message during log-in");
        }
    }

    private void Answer(Authentication request)
    {
        var output = upstream.Output;
        switch (request.Kind)
        {
            case AuthenticationKind.Ok:
                // A server that skips the end of SCRAM has not proved that it is the one we know.
                if (scram is not null && !serverProved) throw new PostgresWireException("log-in ended without the server's proof");
                authenticated = true;
                break;
            case AuthenticationKind.Cleartext: output.WriteStringMessage(FrontendType.Password, Password()); break;
            case AuthenticationKind.Md5 when request.Data.Length == 4:
                output.WriteStringMessage(FrontendType.Password, Md5Password.Answer(user, Password(), request.Data));
                break;
            case AuthenticationKind.Sasl when scram is null && request.Mechanisms().Contains(ScramSha256Client.Mechanism):
                scram = new ScramSha256Client(Password(), Keys);
                Authentication.WriteSaslInitialResponse(output, ScramSha256Client.Mechanism, scram.First());
                break;
            case AuthenticationKind.SaslContinue when scram is not null && challenge is null:
                challenge = Encoding.UTF8.GetString(request.Data);
                break;
            case AuthenticationKind.SaslFinal when scram is not null:
                serverProved = scram.Verify(Encoding.UTF8.GetString(request.Data));
                if (!serverProved) throw new TargetUnavailableException("08001", $"target \"{target.Name}\" could not prove that it knows the credential");
                break;
            default:
                throw new TargetUnavailableException("08001", $"target \"{target.Name}\" asks for a log-in method that is not supported (SCRAM-SHA-256, md5 and password are)");
        }
    }

    private string Password() => password?.Reveal()
        ?? throw new TargetUnavailableException("08001", $"target \"{target.Name}\" asks for a password and its credential has none");

    // The server's own words may name its users, databases and hosts: the client gets the class of the error only.
    private TargetUnavailableException Failure(PostgresDiagnostic error) => error.SqlState switch
    {
        "28P01" or "28000" => new("08001", $"target \"{target.Name}\" refused the log-in with the credential that is configured for it"),
        "3D000" => new("08001", $"target \"{target.Name}\" has no database of the configured name"),
        "53300" => new("53300", $"target \"{target.Name}\" has no free connections"),
        "57P03" => new("57P03", $"target \"{target.Name}\" is starting up or shutting down"),
        "22023" or "42704" or "42602" => new(error.SqlState, $"target \"{target.Name}\" refused a start-up parameter: {error.Message}"),
        var state => new("08006", $"target \"{target.Name}\" refused the log-in (SQLSTATE {state})"),
    };
}
