using System.Globalization;
using Hoop.Approval.Grants;
using Hoop.Approval.Requests;
using Hoop.Contracts.Approvals;

namespace Hoop.Approval.Portal.Parts;

/// <summary>What an approver chose beside yes: rows, a window. The saga checks it; this only puts it together.</summary>
public sealed class GrantChoice
{
    private static readonly TimeSpan[] Usual =
        [TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(4), TimeSpan.FromHours(8), TimeSpan.FromDays(1), TimeSpan.FromDays(7)];

    public long? MaxRows { get; set; }

    /// <summary>As in hoop.yaml; empty: once.</summary>
    public string For { get; set; } = "";
    public string Scope { get; set; } = GrantWording.Of(GrantScope.Fingerprint);
    public string Role { get; set; } = "";
    public string Values { get; set; } = GrantWording.Of(GrantValues.Same);
    public SortedDictionary<int, (string From, string To)> Bounds { get; } = [];

    public static IEnumerable<string> Durations(GrantOffer offer) =>
        Usual.Where(time => time < offer.UpTo).Append(offer.UpTo).Select(GrantWording.Duration);

    /// <summary>Null terms: nothing but yes.</summary>
    internal (VoteTerms? Terms, string? Problem) Read()
    {
        if (For.Length == 0) return (MaxRows is null ? null : new VoteTerms(MaxRows, null), null);
        var role = Scope == GrantWording.Of(GrantScope.Role);
        var bounds = new List<ValueBound>();
        if (!role && Values == GrantWording.Of(GrantValues.Bounded))
            foreach (var (parameter, (from, to)) in Bounds)
            {
                if (from.Length + to.Length == 0) continue;
                if (!TryNumber(from, out var least) || !TryNumber(to, out var most)) return (null, $"The bounds of ${parameter} must be numbers.");
                bounds.Add(new ValueBound(parameter, least, most, null));
            }
        var (terms, refusal) = new GrantBody(For, Scope, role ? Role : null, role ? null : Values, bounds).Read();
        return refusal is null ? (new VoteTerms(MaxRows, terms), null) : (null, refusal.Message);
    }

    private static bool TryNumber(string text, out decimal? number)
    {
        number = decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var read) ? read : null;
        return text.Length == 0 || number is not null;
    }
}
