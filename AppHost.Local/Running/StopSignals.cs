using System.Runtime.InteropServices;

namespace Hoop.AppHost.Local.Running;

/// <summary>The first SIGINT or SIGTERM asks to stop, the second to stop without waiting.</summary>
sealed class StopSignals : IDisposable
{
    readonly CancellationTokenSource _stopping;
    readonly CancellationTokenSource _killing = new();
    readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals(CancellationToken outer)
    {
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(outer);
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            _registrations.Add(PosixSignalRegistration.Create(signal, Handle));
    }

    public CancellationToken Stopping => _stopping.Token;

    public CancellationToken Killing => _killing.Token;

    void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        (_stopping.IsCancellationRequested ? _killing : _stopping).Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stopping.Dispose();
        _killing.Dispose();
    }
}
