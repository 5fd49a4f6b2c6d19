using System.Security.Claims;
using Hoop.Approval.Notifications;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Hoop.Approval.Portal.SignIn;

/// <summary>Who an open page's person is, for as long as they are signed in: from their sign-out on, and at the latest half a minute after any other end, nobody.</summary>
internal sealed class PortalAuthentication : RevalidatingServerAuthenticationStateProvider
{
    private readonly SignIns _signIns;
    private readonly DatabaseSignals _signals;

    public PortalAuthentication(ILoggerFactory loggers, SignIns signIns, DatabaseSignals signals) : base(loggers)
    {
        (_signIns, _signals) = (signIns, signals);
        signals.SignedOut += OnSignedOut;
    }

    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(15);

    public void End() => SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        await _signIns.HoldsAsync(authenticationState.User, toAct: true, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        _signals.SignedOut -= OnSignedOut;
        base.Dispose(disposing);
    }

    private void OnSignedOut(Guid? id) => _ = EndIfOverAsync(id);

    private async Task EndIfOverAsync(Guid? id)
    {
        try
        {
            var user = (await GetAuthenticationStateAsync()).User;
            // Null: it is not known whose; some may have ended while nobody listened.
            if (PortalCookie.SignInOf(user) is { } own && (id == own || id is null && !await _signIns.HoldsAsync(user, toAct: true, CancellationToken.None))) End();
        }
        catch (InvalidOperationException)
        {
            // The page is not there yet: it asks when it is.
        }
    }
}

/// <summary>What comes in from a page whose sign-in ended reaches nothing on it: the page shows that it ended instead.</summary>
internal sealed class PortalCircuit(AuthenticationStateProvider authentication, SignIns signIns) : CircuitHandler
{
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => async context =>
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        if (user.Identity?.IsAuthenticated == true && !await signIns.HoldsAsync(user, toAct: false, CancellationToken.None)) ((PortalAuthentication)authentication).End();
        else await next(context);
    };
}
