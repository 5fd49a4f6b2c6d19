using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Hoop.Approval.Portal;

/// <summary>
/// The browser half of Blazor, <c>_framework/blazor.web.js</c>. Where the package with it cannot be had, the build puts the runtime's own
/// assembly that carries it as a resource beside this one; with a full package source (<c>UseBlazorScriptFromRuntime=false</c>) static assets serve it.
/// </summary>
internal static class BlazorScript
{
    private const string Path = "/_framework/blazor.web.js";

    public static void Map(IEndpointRouteBuilder app)
    {
        var carrier = System.IO.Path.Combine(AppContext.BaseDirectory, "blazor", "Microsoft.AspNetCore.Components.Endpoints.dll");
        if (!File.Exists(carrier)) return;
        app.MapGet(Path, PortalAssets.Serve(ReadResource(carrier, Path[1..]), "text/javascript; charset=utf-8")).AllowAnonymous();
    }

    private static byte[] ReadResource(string assembly, string name)
    {
        using var stream = File.OpenRead(assembly);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var resource = metadata.ManifestResources.Select(metadata.GetManifestResource).First(r => metadata.StringComparer.Equals(r.Name, name));
        var section = image.GetSectionData(image.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress);
        var reader = section.GetReader((int)resource.Offset, section.Length - (int)resource.Offset);
        return reader.ReadBytes(reader.ReadInt32());
    }
}
