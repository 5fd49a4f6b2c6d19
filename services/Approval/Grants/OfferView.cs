using System.Globalization;
using Hoop.Contracts.Approvals;

namespace Hoop.Approval.Grants;

/// <summary>What the rules let approvers grant, as the API tells it.</summary>
/// <param name="UpTo">As in hoop.yaml: <c>1h</c>.</param>
/// <param name="Scopes"><c>fingerprint</c>, <c>role</c>.</param>
/// <param name="Roles">That may be granted with the scope <c>role</c>.</param>
/// <param name="Values">The loosest: <c>same, bounded, any</c>.</param>
internal sealed record OfferView(string UpTo, IReadOnlyList<string> Scopes, IReadOnlyList<string> Roles, string Values)
{
    public static OfferView? Of(GrantOffer? offer) => offer is null
        ? null
        : new OfferView(GrantWording.Duration(offer.UpTo), [.. offer.Scopes.Select(GrantWording.Of)], offer.Roles, GrantWording.Of(offer.Values));
}

/// <summary>How an approved operation ended, as the API tells it.</summary>
/// <param name="Status">The command tag, or SQLSTATE and message.</param>
/// <param name="MaxRows">The row limit that it broke; null: none.</param>
/// <param name="Line">For people: <c>used: rolled back, 1,204 rows &gt; 1,000</c>.</param>
internal sealed record ResultView(DateTimeOffset At, bool Succeeded, string Status, long? Rows, long? MaxRows, string Line)
{
    public static ResultView? Of(ApprovedOperationEnded? ended) => ended is null
        ? null
        : new ResultView(ended.At, ended.Succeeded, ended.Status, ended.Rows, ended.OverLimit, LineOf(ended));

    private static string LineOf(ApprovedOperationEnded ended)
    {
        if (ended.OverLimit is { } limit)
            return ended.Rows > limit
                ? string.Create(CultureInfo.InvariantCulture, $"used: rolled back, {ended.Rows:N0} rows > {limit:N0}")
                : string.Create(CultureInfo.InvariantCulture, $"used: rolled back, more than {limit:N0} rows");
        return ended.Succeeded ? $"used: {ended.Status}" : $"used: failed, {ended.Status}";
    }
}
