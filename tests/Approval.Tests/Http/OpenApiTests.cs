using System.Net.Http.Json;
using System.Text.Json;
using Hoop.Approval.Tests.Rigs;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Hoop.Approval.Tests.Http;

/// <summary><c>GET /openapi/v1.json</c></summary>
public sealed class OpenApiTests(SagaRig rig)
{
    private static readonly string[] WithoutJson = ["text/event-stream", "application/x-ndjson", "application/zip"];

    /// <summary>Audit's answers are passed on as they come: docs/audit.md describes them.</summary>
    private static readonly string[] PassedOn = ["/api/sessions", "/api/search", "/api/export", "/api/retention", "/api/log", "/api/evidence", "/api/holds"];

    [Fact]
    public async Task Every_route_of_the_API_is_described_with_its_types()
    {
        var document = await DocumentAsync();
        var routes = rig.One.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)).Distinct().ToList();
        routes.Count.ShouldBeGreaterThan(25);
        foreach (var route in routes)
        {
            var (path, method) = (PathOf(route), route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Single());
            var operation = document.GetProperty("paths").GetProperty(path).GetProperty(method.ToLowerInvariant());
            operation.GetProperty("summary").GetString().ShouldNotBeNullOrEmpty($"{method} {path}");
            operation.GetProperty("tags").GetArrayLength().ShouldBe(1);
            operation.GetProperty("responses").TryGetProperty("403", out _).ShouldBeTrue($"{method} {path}");
            ShouldSayWhatItAnswers(operation, path, $"{method} {path}");
            if (route.Metadata.GetMetadata<IAcceptsMetadata>() is not null)
                SchemaOf(document, operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json")).TryGetProperty("properties", out _).ShouldBeTrue($"the body of {method} {path}");
            var parameters = operation.TryGetProperty("parameters", out var listed) ? listed.EnumerateArray().Select(one => one.GetProperty("name").GetString()).ToList() : [];
            foreach (var parameter in route.RoutePattern.Parameters) parameters.ShouldContain(parameter.Name, $"{method} {path}");
        }
        // And nothing that is not there.
        document.GetProperty("paths").EnumerateObject().Select(path => path.Name).ShouldBeSubsetOf(routes.Select(PathOf).Distinct());
    }

    [Fact]
    public async Task Types_are_those_of_the_answers()
    {
        var document = await DocumentAsync();
        var operation = document.GetProperty("paths").GetProperty("/api/requests/{id}").GetProperty("get");
        var request = SchemaOf(document, operation.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json"));
        string[] some = ["id", "state", "requester", "statement", "bindValues", "requirements", "missing", "votes", "preview", "link"];
        some.ShouldBeSubsetOf(request.GetProperty("properties").EnumerateObject().Select(property => property.Name));
        var vote = SchemaOf(document, document.GetProperty("paths").GetProperty("/api/requests/{id}/approve").GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json"));
        vote.GetProperty("properties").EnumerateObject().Select(property => property.Name).ShouldBe(["reason", "maxRows", "grant", "proof"]);
        document.GetProperty("openapi").GetString()!.ShouldStartWith("3.1");
        ShouldResolve(document, document);
    }

    [Fact]
    public async Task A_token_is_what_it_asks_for() =>
        (await DocumentAsync()).GetProperty("components").GetProperty("securitySchemes").GetProperty("bearer").GetProperty("scheme").GetString().ShouldBe("bearer");

    private async Task<JsonElement> DocumentAsync()
    {
        using var anybody = rig.One.CreateClient();
        return await anybody.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
    }

    private static void ShouldSayWhatItAnswers(JsonElement operation, string path, string what)
    {
        var good = operation.GetProperty("responses").EnumerateObject().Single(response => response.Name[0] == '2');
        if (good.Name == "204" || !good.Value.TryGetProperty("content", out var contents)) good.Name.ShouldBeOneOf(["202", "204"], what);
        else if (!PassedOn.Any(path.StartsWith) && !WithoutJson.Any(type => contents.TryGetProperty(type, out _)))
            contents.GetProperty("application/json").GetProperty("schema").EnumerateObject().ShouldNotBeEmpty(what);
    }

    private static JsonElement SchemaOf(JsonElement document, JsonElement content)
    {
        var schema = content.GetProperty("schema");
        // A body that may be left out is one of its type and null.
        if (schema.TryGetProperty("oneOf", out var choices)) schema = choices.EnumerateArray().First(choice => choice.TryGetProperty("$ref", out _));
        return schema.TryGetProperty("$ref", out var reference)
            ? document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1])
            : schema;
    }

    private static void ShouldResolve(JsonElement document, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
            foreach (var item in element.EnumerateArray()) ShouldResolve(document, item);
        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name == "$ref" && property.Value.ValueKind == JsonValueKind.String)
                property.Value.GetString()!.TrimStart('#', '/').Split('/').Aggregate(document, (at, part) => at.GetProperty(part)).ValueKind.ShouldBe(JsonValueKind.Object);
            else ShouldResolve(document, property.Value);
        }
    }

    /// <summary>As a description writes it: without constraints and the slash at the end.</summary>
    private static string PathOf(RouteEndpoint route) => "/" + string.Join('/', route.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
        _ => "",
    }))));
}
