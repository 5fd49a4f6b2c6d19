namespace Hoop.AppHost;

/// <summary>What every part of Hoop has in common.</summary>
static class HoopResources
{
    /// <summary>Reads the demo's settings; a mistake ends the program with its one line.</summary>
    public static Demo AddDemo(this IDistributedApplicationBuilder builder)
    {
        try
        {
            var demo = Demo.Read(builder.Configuration, builder.AppHostDirectory);
            builder.Configuration["ASPNETCORE_URLS"] = demo.StatusUrl;
            return demo;
        }
        catch (InvalidOperationException mistake)
        {
            Console.Error.WriteLine(mistake.Message);
            Environment.Exit(1);
            throw;
        }
    }

    /// <summary>Letters and digits only, so that it is also valid base64 (33 bytes).</summary>
    public static IResourceBuilder<ParameterResource> AddGeneratedSecret(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 44, Special = false }, secret: true, persist: true);

    public static IResourceBuilder<ProjectResource> AddHoopService<TProject>(this IDistributedApplicationBuilder builder, string name, Demo demo, IResourceBuilder<ParameterResource> internalKey, int? port = null)
        where TProject : IProjectMetadata, new() =>
        builder.AddProject<TProject>(name)
            .WithHttpEndpoint(port: port)
            .WithHttpHealthCheck("/health")
            .WithEnvironment("Hoop__Demo", "true")
            .WithEnvironment("Hoop__InternalKey", internalKey)
            .WithEnvironment("Hoop__DataDirectory", demo.DataDirectory(name));
}
