using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Hoop.AppHost.Local.Recipes;
using Hoop.AppHost.Tests.Support;
using Shouldly;
using Xunit;

namespace Hoop.AppHost.Tests;

public class WiringTests
{
    [Fact]
    public async Task References_become_connection_strings_and_service_urls()
    {
        await using var rig = new LocalRig();
        var secret = rig.Builder.AddParameter("key", new GenerateParameterDefault { MinLength = 44, Special = false }, secret: true, persist: true);
        var postgres = rig.Builder.AddPostgres("postgres").WithEndpoint("tcp", 5001);
        var rabbit = rig.Builder.AddRabbitMQ("rabbitmq").WithEndpoint("tcp", 5002);
        var redis = rig.Builder.AddRedis("redis").WithEndpoint("tcp", 5003);
        var policy = rig.Builder.AddResource(new ProjectResource("policy")).WithHttpEndpoint(port: 5004);
        var user = rig.AddShell("user", "").WithHttpEndpoint(port: 5005, env: "PORT")
            .WithReference(postgres.AddDatabase("auditdb")).WithReference(rabbit).WithReference(redis).WithReference(policy)
            .WithEnvironment("KEY", secret)
            .WithEnvironment("LISTEN", $"127.0.0.1:{policy.GetEndpoint("http").Property(EndpointProperty.TargetPort)}");

        var environment = await Settings.EnvironmentOfAsync(user.Resource, CancellationToken.None);
        environment["ConnectionStrings__auditdb"].ShouldMatch("^Host=127.0.0.1;Port=5001;Username=postgres;Password=[A-Za-z0-9]{22};Database=auditdb$");
        environment["ConnectionStrings__rabbitmq"].ShouldMatch("^amqp://hoop:[A-Za-z0-9]{22}@127.0.0.1:5002$");
        environment["ConnectionStrings__redis"].ShouldMatch("^127.0.0.1:5003,password=[A-Za-z0-9]{22}$");
        environment["services__policy__http__0"].ShouldBe("http://127.0.0.1:5004");
        environment["LISTEN"].ShouldBe("127.0.0.1:5004");
        environment["PORT"].ShouldBe("5005");
        Convert.FromBase64String(environment["KEY"]).Length.ShouldBe(33);
    }

    [Fact]
    public async Task A_container_gets_its_password_where_nobody_else_reads_it()
    {
        await using var rig = new LocalRig();
        var postgres = rig.Builder.AddPostgres("postgres").WithEndpoint("tcp", 5001).WithArgs("-c", "max_connections=200").WithDataVolume();
        var password = await postgres.Resource.PasswordParameter.GetValueAsync(CancellationToken.None);
        var spec = await new PostgresContainer(postgres.Resource, rig.Builder.Folder).PrepareAsync(CancellationToken.None);
        spec.Environment["POSTGRES_PASSWORD"].ShouldBe(password);
        spec.Arguments.ShouldNotContain(a => a.Contains(password!));
        spec.Arguments.ShouldContain("127.0.0.1:5001:5432");
        spec.Arguments.TakeLast(3).ShouldBe(["docker.io/library/postgres:17", "-c", "max_connections=200"]);
    }

    [Fact]
    public async Task A_missing_binary_is_one_line_that_names_its_package()
    {
        await using var rig = new LocalRig();
        rig.Builder.AddExecutable("absent", "no-such-binary", "/");
        (await Should.ThrowAsync<DistributedApplicationException>(rig.PlanAsync)).Message
            .ShouldBe("no-such-binary is not installed and no container engine answers: apt-get install no-such-binary (./run does it as root or with sudo).");
    }
}

static class FixedPorts
{
    /// <summary>Replaces the port that would be chosen at the start.</summary>
    public static IResourceBuilder<T> WithEndpoint<T>(this IResourceBuilder<T> builder, string name, int port) where T : IResource
    {
        builder.Resource.Annotations.OfType<EndpointAnnotation>().Single(e => e.Name == name).Port = port;
        return builder;
    }
}
