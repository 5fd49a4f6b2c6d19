using Hoop.Approval.Notifications;

namespace Hoop.Approval.Portal.SignIn;

/// <summary>An answer that goes on for long (a stream of events, an export) is cut when the sign-in it was asked with ends. Open pages see to themselves.</summary>
internal static class SignOuts
{
    public static void UseSignOuts(this IApplicationBuilder app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments("/api") && PortalCookie.SignInOf(context.User) is not null,
        api => api.Use(async (context, next) =>
        {
            var (own, signals, signIns) = (PortalCookie.SignInOf(context.User), context.RequestServices.GetRequiredService<DatabaseSignals>(), context.RequestServices.GetRequiredService<SignIns>());
            var (running, gate) = (true, new Lock());
            signals.SignedOut += OnSignedOut;
            try
            {
                await next(context);
            }
            finally
            {
                signals.SignedOut -= OnSignedOut;
                lock (gate) running = false;
            }

            void OnSignedOut(Guid? id)
            {
                if (id == own) Abort();
                else if (id is null) _ = AbortIfOverAsync();
            }

            async Task AbortIfOverAsync()
            {
                if (!await signIns.HoldsAsync(context.User, toAct: true, CancellationToken.None)) Abort();
            }

            // Whoever raises it may have begun before the answer ended: by then the context is nobody's, or another's.
            void Abort()
            {
                lock (gate)
                {
                    if (running) context.Abort();
                }
            }
        }));
}
