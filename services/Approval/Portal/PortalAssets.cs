using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Hoop.Approval.Portal;

/// <summary>The portal's few static files, inside the assembly: served the same from any working directory.</summary>
internal static class PortalAssets
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/portal.css", Serve(Read("portal.css"), "text/css; charset=utf-8")).AllowAnonymous();
        app.MapGet("/portal.js", Serve(Read("portal.js"), "text/javascript; charset=utf-8")).AllowAnonymous();
        app.MapGet("/portal.svg", Serve(Read("portal.svg"), "image/svg+xml")).AllowAnonymous();
    }

    public static Func<IResult> Serve(byte[] content, string type)
    {
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexString(SHA256.HashData(content), 0, 8)}\"");
        return () => TypedResults.Bytes(content, type, entityTag: tag);
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(PortalAssets).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
