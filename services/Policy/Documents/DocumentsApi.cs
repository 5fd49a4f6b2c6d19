using System.Globalization;
using System.Text;
using Hoop.Contracts.Documents;
using Hoop.Policy.ConfigFile;
using Hoop.Policy.Engine;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Identity;

namespace Hoop.Policy.Documents;

/// <summary><c>/documents</c>: pull, check, activate, history, status.</summary>
internal static class DocumentsApi
{
    public const string Activated = "policy.activate";

    private const int MaxBytes = 1024 * 1024;
    private const int HistoryLimit = 200;

    public static void AddPolicyDocuments(this IHostApplicationBuilder builder)
    {
        builder.Services.Configure<PolicyOptions>(builder.Configuration.GetSection("Hoop"));
        builder.Services.AddSingleton<PolicyStore>();
        builder.Services.AddSingleton<PolicyActivation>();
        builder.AddAnnouncer<PolicyActivated>();
    }

    public static void MapDocuments(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/documents").RequireAuthorization();
        group.MapGet("/current", Current).RequireAuthorization(HoopPolicies.Internal);
        group.MapPost("/check", Check).NotAudited("reads a document and says what is wrong with it");
        group.MapPost("", Activate).RequireAuthorization(HoopPolicies.Person).Audited(Activated);
        group.MapGet("", History);
        group.MapGet("/status", Status);
        group.MapGet("/{version:long}", Yaml).RequireAuthorization(HoopPolicies.PrincipalOrService);
    }

    private static async Task<IResult> Current(PolicyActivation activation, CancellationToken cancel) =>
        await activation.CurrentAsync(cancel) is { } active
            ? Results.Json(active.Document, DocumentCache<HoopDocument>.Json)
            : Results.Problem(statusCode: StatusCodes.Status404NotFound, title: "No policy yet", detail: "Name a hoop.yaml in Hoop__ConfigFile, or POST one.");

    private static async Task<IResult> Check(HttpRequest request, CancellationToken cancel)
    {
        if (await ReadBodyAsync(request, cancel) is not { } yaml) return TooLarge();
        var read = HoopYaml.Read(yaml);
        return read.Document is null ? Mistakes(read.Errors) : Results.Ok(new { digest = read.Document.Digest });
    }

    private static async Task<IResult> Activate(HttpContext context, PolicyActivation activation, HoopDocuments documents, CancellationToken cancel)
    {
        if (!context.IsEditor(documents)) return PolicyAccess.Refusal();
        if (await ReadBodyAsync(context.Request, cancel) is not { } yaml) return TooLarge();
        var result = await activation.ActivateAsync(yaml, "api", context.GetPrincipal()!.Id, cancel);
        if (result.Policy is { } activated)
        {
            context.AuditDetail("version", activated.Version.Version.ToString(CultureInfo.InvariantCulture));
            context.AuditDetail("digest", activated.Version.Digest);
        }

        return result.Policy is not { } policy ? Mistakes(result.Errors)
            : result.Added ? Results.Created($"/documents/{policy.Version.Version}", policy.Version)
            : Results.Ok(policy.Version);
    }

    private static async Task<IResult> History(HttpContext context, PolicyStore store, HoopDocuments documents, CancellationToken cancel) =>
        context.IsEditor(documents) ? Results.Ok(await store.HistoryAsync(HistoryLimit, cancel)) : PolicyAccess.Refusal();

    private static async Task<IResult> Yaml(long version, HttpContext context, PolicyStore store, HoopDocuments documents, CancellationToken cancel)
    {
        if (!context.IsService() && !context.IsEditor(documents)) return PolicyAccess.Refusal();
        return await store.YamlAsync(version, cancel) is { } yaml
            ? Results.Text(yaml, "application/yaml", Encoding.UTF8)
            : Results.Problem(statusCode: StatusCodes.Status404NotFound, title: "No such version", detail: $"There is no policy version {version}.");
    }

    private static IResult Status(HttpContext context, PolicyActivation activation, ConfigFileStatus file, HoopDocuments documents) =>
        context.IsEditor(documents) ? Results.Ok(new { active = activation.Active?.Version, file = file.Last }) : PolicyAccess.Refusal();

    private static IResult Mistakes(IReadOnlyList<YamlError> errors) => Results.Problem(
        statusCode: StatusCodes.Status400BadRequest, title: "The document has mistakes",
        detail: $"{errors.Count} mistakes; nothing was changed.", extensions: new Dictionary<string, object?> { ["errors"] = errors });

    private static IResult TooLarge() => Results.Problem(
        statusCode: StatusCodes.Status413PayloadTooLarge, title: "Too large", detail: "A policy document is at most 1 MiB.");

    /// <summary>Null when larger than a document may be.</summary>
    private static async Task<string?> ReadBodyAsync(HttpRequest request, CancellationToken cancel)
    {
        var bytes = new byte[MaxBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        return length > MaxBytes ? null : Encoding.UTF8.GetString(bytes, 0, length);
    }
}
