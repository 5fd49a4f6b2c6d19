using System.Globalization;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sessions;

namespace Hoop.Ingress.Approvals.Grants;

/// <summary>Whether an operation is what a window was granted for. Pure; whoever cannot be told to fit does not.</summary>
internal static class GrantMatch
{
    internal static bool Fits(GrantOpened grant, OperationBinding binding, Operation operation, IReadOnlyList<string> rules)
    {
        // The shape has names, effects and namespace in it; what was not understood has none that could be compared.
        if (!operation.Facts.Understood || grant.ShapeBoundTo.Length == 0 || grant.ShapeBoundTo != binding.Shape) return false;
        if (!rules.All(grant.Rules.Contains)) return false;
        return grant.Values switch
        {
            // A value that is run as text, or names a program, is no value but the statement.
            GrantValues.Any => (operation.Facts.Effects & (Effects.Dynamic | Effects.CodeExec)) == 0 || grant.BoundTo == binding.Exact,
            // A secret value is not in the window, so nobody could tell whether this one is it.
            GrantValues.Bounded => operation.Secrets is null && grant.TextBoundTo == binding.Text && AreWithin(grant, operation.BindValues),
            _ => grant.BoundTo == binding.Exact,
        };
    }

    /// <summary>Within every bound, and as approved where there is none.</summary>
    internal static bool AreWithin(GrantOpened grant, IReadOnlyList<string?> values)
    {
        if (values.Count != grant.BindValues.Count) return false;
        for (var i = 0; i < values.Count; i++)
        {
            var bounds = grant.Bounds.Where(bound => bound.Parameter == i + 1).ToList();
            if (bounds.Count == 0 ? values[i] != grant.BindValues[i] : !bounds.TrueForAll(bound => IsWithin(bound, values[i]))) return false;
        }
        return true;
    }

    private static bool IsWithin(ValueBound bound, string? value)
    {
        if (bound.OneOf is { } list) return list.Contains(value);
        // Plain digits alone: how the server would read anything else is its own business.
        return decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && !(number < bound.From) && !(number > bound.To);
    }
}
