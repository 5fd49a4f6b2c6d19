namespace Hoop.Masking.Engine;

/// <summary>A cache key: a target and a set of roles, in any order and with repetitions.</summary>
internal readonly record struct MaskAudience(string Target, IReadOnlyList<string> Roles)
{
    public static readonly IEqualityComparer<MaskAudience> Comparer = new AsSet();

    private sealed class AsSet : IEqualityComparer<MaskAudience>
    {
        public bool Equals(MaskAudience x, MaskAudience y) =>
            x.Target == y.Target && Covers(x.Roles, y.Roles) && Covers(y.Roles, x.Roles);

        public int GetHashCode(MaskAudience key)
        {
            // Neither order nor repetition may matter, so the roles are combined by OR.
            var roles = 0;
            for (var i = 0; i < key.Roles.Count; i++)
                roles |= key.Roles[i].GetHashCode(StringComparison.Ordinal);
            return HashCode.Combine(key.Target, roles);
        }

        private static bool Covers(IReadOnlyList<string> all, IReadOnlyList<string> some)
        {
            for (var i = 0; i < some.Count; i++)
                if (!Contains(all, some[i]))
                    return false;
            return true;
        }

        private static bool Contains(IReadOnlyList<string> list, string value)
        {
            for (var i = 0; i < list.Count; i++)
                if (list[i] == value)
                    return true;
            return false;
        }
    }
}
