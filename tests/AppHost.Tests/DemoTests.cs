using System.Net;
using System.Net.Sockets;
using Hoop.AppHost.Tests.Support;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace Hoop.AppHost.Tests;

public sealed class DemoTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("hoop-demo-").FullName;
    readonly TcpListener _taken = new(IPAddress.Loopback, 0);

    public DemoTests()
    {
        _taken.Start();
        File.WriteAllText(Path.Combine(_folder, "hoop.yaml"), "version: 1");
    }

    int TakenPort => ((IPEndPoint)_taken.LocalEndpoint).Port;

    [Fact]
    public void A_port_in_use_names_itself_and_its_variable()
    {
        var problem = Should.Throw<InvalidOperationException>(() => Read(("HOOP_PORT_POSTGRES", TakenPort.ToString())));
        problem.Message.ShouldBe($"Port {TakenPort} (Postgres listener) is in use: stop what listens there, or set HOOP_PORT_POSTGRES to another port, or HOOP_PORTS=auto.");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("70000")]
    [InlineData("http")]
    public void A_port_that_is_none_is_refused(string port) =>
        Should.Throw<InvalidOperationException>(() => Read(("HOOP_PORT_PORTAL", port))).Message.ShouldContain($"HOOP_PORT_PORTAL={port}");

    [Fact]
    public void Two_listeners_cannot_have_one_port() =>
        Should.Throw<InvalidOperationException>(() => Read(("HOOP_PORT_PORTAL", "1999"), ("HOOP_PORT_IDENTITY", "1999"))).Message
            .ShouldBe("HOOP_PORT_IDENTITY and HOOP_PORT_PORTAL are both 1999: give each its own port.");

    [Fact]
    public void Automatic_ports_are_left_open_except_those_that_are_set()
    {
        var demo = Read(("HOOP_PORT_PORTAL", "1998"));
        (demo.PostgresPort, demo.PortalPort, demo.IdentityPort).ShouldBe((null, 1998, null));
        demo.StatusUrl.ShouldStartWith("http://127.0.0.1:");
    }

    [Fact]
    public void A_config_file_that_does_not_exist_is_named() =>
        Should.Throw<InvalidOperationException>(() => Read(("config", "/nonexistent/hoop.yaml"))).Message.ShouldStartWith("/nonexistent/hoop.yaml does not exist");

    [Fact]
    public void The_endpoints_file_is_one_whole_object_in_both_places()
    {
        var file = Path.Combine(_folder, "elsewhere.json");
        var demo = Read(("HOOP_ENDPOINTS", file));
        EndpointsFile.Write(demo, new Endpoints("127.0.0.1:1", "http://p", "http://i", "http://s",
            new Dictionary<string, int> { ["ingress"] = 7 }, new Dictionary<string, string> { ["policy"] = "http://x" }));
        var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(file)).RootElement;
        json.GetProperty("postgres").GetString().ShouldBe("127.0.0.1:1");
        json.GetProperty("pids").GetProperty("ingress").GetInt32().ShouldBe(7);
        json.GetProperty("services").GetProperty("policy").GetString().ShouldBe("http://x");
        File.ReadAllText(Path.Combine(demo.LocalFolder, "endpoints.json")).ShouldBe(File.ReadAllText(file));
        EndpointsFile.Delete(demo);
        File.Exists(file).ShouldBeFalse();
    }

    [Fact]
    public void The_system_diagram_fits_on_a_page() =>
        File.ReadLines(Path.Combine(Repository.Root, "AppHost", "AppHost.cs")).Count().ShouldBeLessThanOrEqualTo(100);

    Demo Read(params (string Name, string Value)[] settings) => Demo.Read(
        new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?>(settings.ToDictionary(s => s.Name, s => (string?)s.Value))
            {
                ["HOOP_PORTS"] = "auto",
                ["HOOP_DATA"] = _folder,
                ["config"] = settings.FirstOrDefault(s => s.Name == "config").Value ?? Path.Combine(_folder, "hoop.yaml"),
            }).Build(),
        Path.Combine(_folder, "AppHost"));

    public void Dispose()
    {
        _taken.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
