using Hoop.Contracts.Audit;

namespace Hoop.Ingress.Journal;

/// <summary>Events that end what an earlier one began. They may use the journal's reserve, so that a full journal still closes its records.</summary>
public static class ClosingEvents
{
    public static bool Includes(string kind) =>
        kind is EventKinds.SessionEnded or EventKinds.OperationCompleted or EventKinds.HoldResolved or EventKinds.SessionKilled;
}
