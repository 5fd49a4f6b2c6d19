using Hoop.Contracts.Documents;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Identity;

namespace Hoop.Masking.Documents;

/// <summary><c>/documents</c>: what Ingress pulls.</summary>
internal static class MaskingDocumentsApi
{
    public static void AddMaskingDocuments(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<MaskingStore>();
        builder.Services.AddSingleton<MaskingActivation>();
        builder.AddAnnouncer<MaskingActivated>();
        builder.Services.AddHostedService<MaskingFeed>();
    }

    public static void MapMaskingDocuments(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/documents/current", Current).RequireAuthorization(HoopPolicies.Internal);

    private static IResult Current(MaskingActivation activation) => activation.Current is { } current
        ? Results.Json(current, DocumentCache<MaskingDocument>.Json)
        : Results.Problem(statusCode: StatusCodes.Status404NotFound, title: "No masks yet", detail: "No policy version was activated yet; see the Policy service.");
}
