using System.IO.Pipelines;

namespace Hoop.Ingress.Protocols.Postgres.Startup;

/// <summary>The client's side of a session, plain or through TLS.</summary>
internal sealed record ClientConnection(PipeReader Input, PipeWriter Output, bool Encrypted, bool Loopback, string Address);
