using System.Net;
using Hoop.ServiceDefaults.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Tests;

public sealed class PlainErrorsTests
{
    [Theory]
    [InlineData("/wrong", HttpStatusCode.InternalServerError, "failed")]
    [InlineData("/busy", HttpStatusCode.ServiceUnavailable, "busy")]
    [InlineData("/number?n=x", HttpStatusCode.BadRequest, "bad-request")]
    public async Task What_nobody_expected_is_one_plain_line_in_every_environment(string path, HttpStatusCode status, string code)
    {
        foreach (var environment in new[] { "Development", "Production" })
        {
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
            builder.WebHost.UseTestServer();
            builder.Logging.ClearProviders();
            await using var app = builder.Build();
            app.UsePlainErrors();
            app.MapGet("/wrong", string () => throw new InvalidOperationException("22003: secret of the database"));
            app.MapGet("/busy", string () => throw new NpgsqlException("secret: the pool is empty", new TimeoutException()));
            app.MapGet("/number", (long n) => n);
            await app.StartAsync();
            var answer = await app.GetTestClient().GetAsync(path);

            answer.StatusCode.ShouldBe(status);
            var body = await answer.Content.ReadAsStringAsync();
            if (environment == "Development" || code != "bad-request")
                body.ShouldContain($"\"code\":\"{code}\"");
            body.ShouldNotContain("secret");
            body.ShouldNotContain("Exception");
        }
    }
}
