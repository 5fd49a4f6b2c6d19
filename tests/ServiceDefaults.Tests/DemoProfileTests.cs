using Microsoft.AspNetCore.Builder;
using Shouldly;
using Xunit;

namespace Hoop.ServiceDefaults.Tests;

public class DemoProfileTests
{
    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://*:8080")]
    [InlineData("http://10.1.2.3:8080")]
    [InlineData("http://127.0.0.1:8080;http://[::]:8081")]
    [InlineData("http://hoop.example.com:8080")]
    public void The_demo_refuses_an_address_that_others_can_reach(string urls) =>
        Should.Throw<InvalidOperationException>(() => Builder(urls, demo: true).AddServiceDefaults()).Message.ShouldContain("loopback");

    [Theory]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("http://localhost:8080;http://[::1]:8081", true)]
    [InlineData("http://0.0.0.0:8080", false)]
    public void Loopback_is_fine_and_so_is_anything_outside_the_demo(string urls, bool demo) =>
        Should.NotThrow(() => Builder(urls, demo).AddServiceDefaults());

    private static WebApplicationBuilder Builder(string urls, bool demo) =>
        WebApplication.CreateBuilder(["--urls", urls, "--Hoop:Demo", demo.ToString()]);
}
