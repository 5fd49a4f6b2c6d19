using System.Buffers;
using Hoop.Contracts.Documents;
using Hoop.Masking.Engine;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Identity;

namespace Hoop.Masking.Redaction;

/// <summary><c>POST /redact</c>: text in, the same text without sensitive values out. Every detector looks, whatever the policy says.</summary>
internal static class RedactionApi
{
    private const int MaxBytes = 1024 * 1024;

    private static readonly DetectorMask Everything = Compile();

    public static void MapRedaction(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/redact", Redact).RequireAuthorization(policy => policy.AddAuthenticationSchemes(HoopPolicies.OrServiceScheme).RequireAssertion(context =>
            context.User.ToPrincipal() is { } principal
                ? principal.Kind == "human"
                : context.User.Identities.Any(identity => identity.AuthenticationType == HoopPolicies.InternalScheme)))
            .NotAudited("text in, text out");

    private static async Task<IResult> Redact(HttpRequest request, CancellationToken cancel)
    {
        var bytes = new byte[MaxBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        if (length > MaxBytes)
            return Results.Problem(statusCode: StatusCodes.Status413PayloadTooLarge, title: "Too large", detail: "At most 1 MiB of text at once; send it in parts.");

        var output = new ArrayBufferWriter<byte>(length + 64);
        var found = Everything.TryRewrite(bytes.AsSpan(0, length), output);
        return Results.Bytes(found ? output.WrittenMemory : bytes.AsMemory(0, length), "text/plain; charset=utf-8");
    }

    private static DetectorMask Compile()
    {
        var mask = new MaskDocument
        {
            Name = "redact", Targets = ["*"], Mode = MaskMode.Redact, Detect = ["credit-card", "ssn", "email", "phone", "iban", "secret-key", "national-id", "passport"],
        };
        return MaskingEngine.Compile(new MaskingDocument(0, "", [mask]), new byte[32]).For("*", []).Detectors!;
    }
}
