using System.Globalization;
using Hoop.Contracts.Audit;
using Hoop.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hoop.ServiceDefaults.Auditing;

/// <summary>One audited request on its way through the pipeline.</summary>
internal sealed class AdminAuditFeature
{
    public Dictionary<string, string> Details { get; } = [];

    /// <summary>Set by the filter, right before the handler: the request got past authorization.</summary>
    public bool Reached { get; set; }

    public AdminAttempt? Attempt { get; set; }
}

/// <summary>Around everything: records who was turned away, and how what was begun has ended.</summary>
internal sealed class AdminAuditMiddleware(RequestDelegate next, AdminAudit audit, RefusalLimit limit, ILogger<AdminAuditMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<AuditedAttribute>() is not { } audited)
        {
            await next(context);
            return;
        }

        var feature = new AdminAuditFeature();
        context.Features.Set(feature);
        try
        {
            await next(context);
        }
        catch
        {
            End(context, audited, feature, AdminOutcomes.Failed);
            throw;
        }

        feature.Details["status"] = context.Response.StatusCode.ToString(CultureInfo.InvariantCulture);
        End(context, audited, feature, OutcomeOf(context.Response.StatusCode));
    }

    private void End(HttpContext context, AuditedAttribute audited, AdminAuditFeature feature, string outcome)
    {
        try
        {
            if (feature.Attempt is { } attempt)
                attempt.End(outcome, feature.Details);
            else if (!feature.Reached)
                RecordRefusal(context, audited, feature);
        }
        catch (IOException e)
        {
            logger.NotRecorded(audited.Kind, e.Message);
        }
    }

    /// <summary>Nobody fills the disk by being refused: over the limit only their number is kept.</summary>
    private void RecordRefusal(HttpContext context, AuditedAttribute audited, AdminAuditFeature feature)
    {
        var by = context.Caller();
        if (!limit.Allows(by?.Id ?? context.Address() ?? "", out var suppressed))
            return;
        var details = AdminAuditFilter.DetailsOf(context);
        foreach (var (name, value) in feature.Details)
            details[name] = value;
        if (suppressed > 0)
            details["refusedBefore"] = suppressed.ToString(CultureInfo.InvariantCulture);
        audit.Record(audited.Kind, AdminOutcomes.Refused, by, context.Address(), details);
    }

    private static string OutcomeOf(int status) => status switch
    {
        < 400 => AdminOutcomes.Done,
        < 500 => AdminOutcomes.Refused,
        _ => AdminOutcomes.Failed,
    };
}

/// <summary>Right before the handler: on the disk first, then done.</summary>
internal sealed class AdminAuditFilter(AdminAudit audit, ILogger<AdminAuditFilter> logger) : IEndpointFilter
{
    private const int MaxDetail = 200;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var audited = http.GetEndpoint()!.Metadata.GetRequiredMetadata<AuditedAttribute>();
        var feature = http.Features.Get<AdminAuditFeature>()
            ?? throw new InvalidOperationException($"{audited.Kind} is declared as audited, but UseAdminAudit is not in this service's pipeline.");
        if (!audited.ByHandler)
        {
            try
            {
                feature.Attempt = audit.Begin(audited.Kind, http.Caller(), http.Address(), DetailsOf(http));
            }
            catch (IOException e)
            {
                logger.NotRecorded(audited.Kind, e.Message);
                feature.Reached = true;
                return Problems.Of(
                    StatusCodes.Status503ServiceUnavailable, "not-recorded",
                    "This can not be recorded now, so it was not done. Make room on the service's disk, or bring Audit back; then try again.");
            }
        }

        feature.Reached = true;
        return await next(context);
    }

    internal static Dictionary<string, string> DetailsOf(HttpContext context) => context.Request.RouteValues
        .Where(v => v.Value is not null)
        .ToDictionary(v => v.Key, v => Convert.ToString(v.Value, CultureInfo.InvariantCulture) is { Length: > MaxDetail } text ? text[..MaxDetail] : Convert.ToString(v.Value, CultureInfo.InvariantCulture) ?? "");
}

internal static partial class AdminAuditLog
{
    [LoggerMessage(1021, LogLevel.Error, "{Kind} could not be recorded ({Error})")]
    public static partial void NotRecorded(this ILogger logger, string kind, string error);

    [LoggerMessage(1022, LogLevel.Warning, "Audit does not take {Count} admin actions ({Error}); they stay on this service's disk, trying again")]
    public static partial void NotShipped(this ILogger logger, int count, string error);
}
