using Hoop.Approval.Notifications;
using Hoop.Contracts.Identity;
using Hoop.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Hoop.Approval.Portal.Parts;

/// <summary>A part of the page that follows the database: loaded again whenever an approval it shows changed.</summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private bool _loading, _stale;

    [Inject] internal DatabaseSignals Signals { get; set; } = null!;
    [Inject] internal TimeProvider Clock { get; set; } = null!;
    [Inject] internal SignIn.SignIns SignIns { get; set; } = null!;
    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = null!;

    /// <summary>Who looks at it.</summary>
    protected Principal Viewer { get; private set; } = null!;

    protected System.Security.Claims.ClaimsPrincipal User { get; private set; } = null!;

    protected DateTimeOffset Now => Clock.GetUtcNow();

    protected CancellationToken Gone => _gone.Token;

    /// <summary>Also rendered once a second, for what shows time passing.</summary>
    protected virtual bool Ticks => false;

    protected abstract Task LoadAsync();

    protected virtual bool Shows(Guid? requestId) => true;

    protected override async Task OnInitializedAsync()
    {
        User = (await Authentication).User;
        Viewer = User.ToPrincipal()!;
        // Before the first look, so that no change falls in between.
        if (RendererInfo.IsInteractive) Signals.ApprovalChanged += OnChanged;
        await LoadAsync();
        if (RendererInfo.IsInteractive && Ticks) _ = TickAsync();
    }

    public void Dispose()
    {
        Signals.ApprovalChanged -= OnChanged;
        _gone.Cancel();
        GC.SuppressFinalize(this);
    }

    private void OnChanged(Guid? requestId)
    {
        if (Shows(requestId)) _ = InvokeAsync(ReloadAsync);
    }

    private async Task ReloadAsync()
    {
        _stale = true;
        if (_loading || _gone.IsCancellationRequested) return;
        _loading = true;
        try
        {
            while (_stale)
            {
                _stale = false;
                // Whoever signed out is shown nothing more; that they did, the page says as a whole.
                if (!await SignIns.HoldsAsync(User, toAct: false, Gone)) return;
                await LoadAsync();
            }
            StateHasChanged();
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
        finally
        {
            _loading = false;
        }
    }

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(Gone)) await InvokeAsync(StateHasChanged);
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }
}
