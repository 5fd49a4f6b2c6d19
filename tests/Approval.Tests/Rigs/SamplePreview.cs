using Hoop.Contracts.Approvals;

namespace Hoop.Approval.Tests.Rigs;

internal static class SamplePreview
{
    /// <param name="verb"><c>update</c> or <c>delete</c>.</param>
    public static PreviewDetails Of(string verb) => new()
    {
        TakenAt = TimeProvider.System.GetUtcNow(),
        Tables = [new("public.orders", verb, 12840, 1_200_000, 350L << 20), new("public.customers", "select", null, null, null)],
        Locks = [new("relation", "public.orders", "RowExclusiveLock", true), new("relation", "public.customers", "AccessExclusiveLock", false)],
        TransactionStartedAt = TimeProvider.System.GetUtcNow().AddMinutes(-3),
        Blocking = 2,
        Consequences = [new("cascade", "public.order_items", "Rows of public.order_items that refer to them go too."), new("trigger", "public.orders", "Runs audit_orders() for each row.")],
        Sample = new PreviewSample(
            "public.orders", verb, [new("id", false, false), new("status", true, false), new("email", false, true), new("note", false, false)],
            [
                new(["1", "open", "[redacted]", null], verb == "delete" ? null : ["1", "cancelled", "[redacted]", null]),
                new(["2", "<b>pa\u202eid</b>", "[redacted]", "x"], verb == "delete" ? null : ["2", "cancelled", "[redacted]", null]),
            ], true),
        Notes = ["Values of masked columns are not the stored ones."],
    };
}
