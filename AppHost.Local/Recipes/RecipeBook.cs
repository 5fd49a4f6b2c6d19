using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Running;

namespace Hoop.AppHost.Local.Recipes;

/// <summary>Chooses how each resource is run here.</summary>
sealed class RecipeBook(LocalFolder folder, bool containers)
{
    /// <summary>The resources that are processes, with the helpers that they need beside them.</summary>
    public IReadOnlyList<IResource> Expand(ICollection<IResource> resources)
    {
        var model = resources.Where(r => r is ProjectResource or ExecutableResource or ContainerResource).ToList();
        if (!containers)
            foreach (var rabbit in model.OfType<RabbitMQServerResource>().ToList())
                model.Insert(model.IndexOf(rabbit), EpmdResource.For(rabbit));
        return model;
    }

    public Recipe For(IResource resource) => resource switch
    {
        PostgresServerResource postgres when containers => new PostgresContainer(postgres, folder),
        RedisResource redis when containers => new RedisContainer(redis, folder),
        RabbitMQServerResource rabbit when containers => new RabbitContainer(rabbit, folder),
        PostgresServerResource postgres => new PostgresLocal(postgres, new ServiceFolder(folder, postgres.Name, "postgres")),
        RedisResource redis => new RedisLocal(redis, new ServiceFolder(folder, redis.Name, "redis")),
        RabbitMQServerResource rabbit => new RabbitLocal(rabbit, new ServiceFolder(folder, rabbit.Name, "rabbitmq")),
        EpmdResource epmd => new EpmdLocal(epmd),
        ProjectResource project => new ProjectRecipe(project),
        ExecutableResource executable => new ExecutableRecipe(executable),
        _ => throw new DistributedApplicationException($"'{resource.Name}' cannot be run locally."),
    };
}
