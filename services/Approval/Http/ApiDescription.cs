using Hoop.ServiceDefaults.Auditing;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Hoop.Approval.Http;

/// <summary><c>GET /openapi/v1.json</c>: every route under <c>/api</c>. Open to all, since it tells no more than the docs do.</summary>
internal static class ApiDescription
{
    private const string Bearer = "bearer";

    /// <summary>What all of the API shares: its refusals, and its description.</summary>
    public static void AddApi(this IServiceCollection services)
    {
        services.AddApiErrors();
        services.AddApiDescription();
    }

    private static void AddApiDescription(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Hoop", Version = "v1", Description = "Requests for approval, grants, reviews, passkeys, notifications, and sessions as Audit tells them. Every refusal is problem+json with a code.",
            };
            // Whoever serves it knows under which address it was asked.
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT", Description = "An access token of an issuer of hoop.yaml." },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(DescribeBodyAsync);
    });

    public static void MapApiDescription(this WebApplication app) => app.MapOpenApi().AllowAnonymous().NotAudited("says what the API is");

    private static async Task DescribeBodyAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<BodyOf>().SingleOrDefault() is not { } body) return;
        operation.RequestBody = new OpenApiRequestBody
        {
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = await context.GetOrCreateSchemaAsync(body.Type, null, cancel) } },
        };
    }
}
