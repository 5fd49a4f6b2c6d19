using Hoop.Ingress.Sessions;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>Why a portal is not executed, whatever it would run.</summary>
internal static class PortalRefusals
{
    /// <param name="names">What names stand for now; null: no decision hangs on it.</param>
    public static Refusal? Of(Portal? portal, string name, string? names) =>
        portal is null ? name.Length == 0 ? NothingBound : null : names is not null && portal.Bound?.Own != names ? NamesMoved : null;

    // Not for the server to say: what a failed simple query leaves in the unnamed portal, PostgreSQL 15.18 reads after it was freed, and all of it crashes.
    private static readonly Refusal NothingBound = new(RefusalCode.NothingThere, null, "portal \"\" does not exist",
        "Nothing was bound to it, or a simple query or the end of the transaction ended it.", "Bind the statement again.");

    // The server keeps to the plan that it made at Bind; judged would be what the names stand for now.
    public static readonly Refusal NamesMoved = new(RefusalCode.ProtocolNotAllowed, null, "the search path, the role or a relation changed after the statement was bound",
        "It would run with the names of then, and be judged by those of now.", "Bind the statement again.");
}
