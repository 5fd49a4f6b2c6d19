using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;

namespace Hoop.AppHost.Local.Recipes;

/// <summary>Erlang's name server, which RabbitMQ needs. If RabbitMQ starts one itself, that one outlives it.</summary>
sealed class EpmdResource(string name) : Resource(name), IResourceWithEndpoints
{
    public static EpmdResource For(RabbitMQServerResource rabbit)
    {
        var epmd = new EpmdResource(rabbit.Name + "-epmd");
        epmd.Annotations.Add(new EndpointAnnotation("tcp", "tcp", null, null));
        rabbit.Annotations.Add(new WaitAnnotation(epmd));
        return epmd;
    }

    public static int PortFor(RabbitMQServerResource rabbit) =>
        Settings.PortOf(rabbit.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource).OfType<EpmdResource>().Single());
}

sealed class EpmdLocal(EpmdResource resource) : Recipe
{
    public override IEnumerable<RequiredBinary> Requires => [new("epmd", "erlang-base", Binaries.Find("epmd"))];

    public override Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new LaunchSpec(Binaries.Find("epmd")!, ["-port", Settings.PortOf(resource).ToString(), "-address", EndpointReference.Loopback])
        {
            User = "rabbitmq",
        });

    public override Task<bool> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult(Probes.Listens(Settings.PortOf(resource)));
}
