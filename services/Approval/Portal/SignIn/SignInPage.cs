using System.Net;

namespace Hoop.Approval.Portal.SignIn;

/// <summary>The one page outside the portal proper: why a sign-in failed, and the way to try again.</summary>
internal static class SignInPage
{
    public static IResult Failed(string why) => TypedResults.Content(
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Sign-in failed · Hoop</title>
        <link rel="stylesheet" href="/portal.css"><link rel="icon" href="/portal.svg" type="image/svg+xml"></head>
        <body><main class="alone"><div class="card"><h1>You are not signed in</h1><p data-testid="sign-in-error">{WebUtility.HtmlEncode(why)}</p>
        <p><a class="button primary" href="{OidcSignIn.StartPath}">Sign in again</a></p></div></main></body>
        </html>
        """, "text/html; charset=utf-8", statusCode: StatusCodes.Status403Forbidden);
}
