namespace Hoop.Audit.Siem;

/// <summary>One receiver: <c>otlp+http(s)://…</c>, <c>syslog+tcp://</c> or <c>syslog+tls://host:port</c>, <c>json+tcp://</c> or <c>json+tls://host:port</c>.</summary>
/// <param name="Authorization">For OTLP: the value of that header.</param>
internal sealed record SiemSinkOptions(string Name, Uri Url, string? Authorization)
{
    /// <summary>Under which its place is kept.</summary>
    public string Cursor => "siem-" + Name;

    public string Form => Url.Scheme[..Url.Scheme.IndexOf('+')];
    public string Transport => Url.Scheme[(Url.Scheme.IndexOf('+') + 1)..];
}

/// <summary>Section <c>Hoop:Siem</c>: name → <c>Url</c> and <c>Authorization</c>.</summary>
internal sealed record SiemOptions(IReadOnlyList<SiemSinkOptions> Sinks)
{
    private static readonly string[] Schemes = ["otlp+http", "otlp+https", "syslog+tcp", "syslog+tls", "json+tcp", "json+tls"];

    /// <exception cref="InvalidOperationException">A URL is none of these.</exception>
    public static SiemOptions From(IConfiguration configuration) => new([.. configuration.GetSection("Hoop:Siem").GetChildren().Select(sink =>
        Uri.TryCreate(sink["Url"], UriKind.Absolute, out var url) && Schemes.Contains(url.Scheme)
            ? new SiemSinkOptions(sink.Key, url, sink["Authorization"])
            : throw new InvalidOperationException($"Hoop__Siem__{sink.Key}__Url is not the URL of a receiver: begin it with one of {string.Join("://, ", Schemes)}://."))]);
}
