using System.Text.Json;
using Hoop.Approval.Http;
using Hoop.Approval.Saga;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace Hoop.Approval.StepUps;

/// <summary><c>/api/passkeys</c>: a person's passkeys, and the proof that a vote is theirs. For the portal's pages: a browser does the ceremonies.</summary>
internal static class PasskeysApi
{
    private const int MaxBodyBytes = 64 * 1024;
    private const int MaxRequests = 200;

    public static void AddStepUps(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<StepUpSeals>();
        services.AddScoped<Passkeys>();
        services.AddIdentityCore<PasskeyOwner>().AddUserStore<PasskeyStore>();
        services.AddScoped<IPasskeyHandler<PasskeyOwner>, PasskeyHandler<PasskeyOwner>>();
        var portal = builder.Configuration["Hoop:PortalUrl"] is { Length: > 0 } url ? new Uri(url) : null;
        services.Configure<IdentityPasskeyOptions>(options =>
        {
            // Passkeys belong to the portal's host name; browsers make none for a bare address.
            options.ServerDomain = portal?.Host;
            options.UserVerificationRequirement = "required";
            options.AuthenticatorTimeout = TimeSpan.FromMinutes(2);
            if (portal is not null)
                options.ValidateOrigin = origin => ValueTask.FromResult(!origin.CrossOrigin && origin.Origin == portal.GetLeftPart(UriPartial.Authority));
        });
    }

    public static void MapPasskeys(this IEndpointRouteBuilder app)
    {
        var passkeys = app.MapGroup("/api/passkeys").RequireAuthorization(HoopPolicies.Person).DisableAntiforgery()
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes)).Described("passkeys");
        passkeys.MapGet("/", async (HttpContext context, Passkeys keys) => TypedResults.Ok(await keys.ListAsync(context.GetPrincipal()!, context.RequestAborted)))
            .WithSummary("Your passkeys.");
        passkeys.MapPost("/options", async (HttpContext context, Passkeys keys) => Answer(await keys.BeginRegistrationAsync(context, context.GetPrincipal()!)))
            .NotAudited("Makes a challenge; nothing is kept.").Produces<CeremonyAnswer>().WithSummary("Begins to register a passkey, after a fresh sign-in.");
        passkeys.MapPost("/", async (CredentialBody body, HttpContext context, Passkeys keys) =>
            await keys.RegisterAsync(context, context.GetPrincipal()!, body.State, body.Credential.GetRawText(), body.Name) is { } refusal ? Problem(refusal) : TypedResults.NoContent()).Audited("passkey.register")
            .Produces(StatusCodes.Status204NoContent).WithSummary("Registers a passkey with what the browser answered.");
        passkeys.MapDelete("/{id}", async (string id, HttpContext context, Passkeys keys) =>
            await keys.RemoveAsync(context.GetPrincipal()!, id, context.RequestAborted) is { } refusal ? Problem(refusal) : TypedResults.NoContent()).Audited("passkey.remove")
            .Produces(StatusCodes.Status204NoContent).WithSummary("Removes a passkey, after a fresh sign-in.");
        passkeys.MapPost("/challenge", async (ChallengeBody body, HttpContext context, Passkeys keys) => body.Requests is { Count: > 0 and <= MaxRequests }
            ? Answer(await keys.BeginProofAsync(context, context.GetPrincipal()!, body.Requests))
            : Problem(new("bad-request", $"Name from 1 to {MaxRequests} requests."))).NotAudited("Makes a challenge; nothing is kept.")
            .Produces<CeremonyAnswer>().WithSummary("Begins to confirm approvals of these requests with a passkey.");
        passkeys.MapPost("/proof", async (CredentialBody body, HttpContext context, Passkeys keys) =>
        {
            var (proof, refusal) = await keys.ProveAsync(context, context.GetPrincipal()!, body.State, body.Credential.GetRawText());
            return refusal is not null ? Problem(refusal) : TypedResults.Ok(new ProofAnswer(proof!.Value, proof.Until));
        }).Audited("passkey.prove").Produces<ProofAnswer>().WithSummary("A proof to send with the approvals, for five minutes.");
    }

    private static IResult Answer((Ceremony? Begun, Refusal? Refusal) begun) =>
        begun.Refusal is { } refusal ? Problem(refusal) : TypedResults.Ok(new CeremonyAnswer(JsonSerializer.Deserialize<JsonElement>(begun.Begun!.Options), begun.Begun.State));

    private static IResult Problem(Refusal refusal) => Problems.Of(
        refusal.Code switch
        {
            "not-found" => StatusCodes.Status404NotFound,
            "bad-request" or "passkey-refused" or "not-begun" => StatusCodes.Status400BadRequest,
            "too-many-passkeys" or "no-passkey" => StatusCodes.Status409Conflict,
            _ => StatusCodes.Status403Forbidden,
        },
        refusal.Code, refusal.Message);
}

/// <param name="Credential">The browser's answer, as <c>PublicKeyCredential.toJSON()</c> gives it.</param>
internal sealed record CredentialBody(string State, JsonElement Credential, string? Name = null);

/// <param name="Requests">The requests to approve with one touch.</param>
internal sealed record ChallengeBody(IReadOnlyList<Guid> Requests);

/// <param name="Options">For <c>PublicKeyCredential.parseCreationOptionsFromJSON</c> or <c>parseRequestOptionsFromJSON</c>.</param>
internal sealed record CeremonyAnswer(JsonElement Options, string State);

/// <param name="Proof">Goes with the votes as <c>proof</c>.</param>
internal sealed record ProofAnswer(string Proof, DateTimeOffset Until);
