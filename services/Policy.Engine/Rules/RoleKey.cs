namespace Hoop.Policy.Engine.Rules;

/// <summary>Roles and target, compared by content: looking one up allocates nothing.</summary>
internal readonly struct RoleKey(IReadOnlyList<string> roles, string target) : IEquatable<RoleKey>
{
    private readonly IReadOnlyList<string> _roles = roles;
    private readonly string _target = target;

    public bool Equals(RoleKey other)
    {
        if (_target != other._target || _roles.Count != other._roles.Count) return false;
        for (var i = 0; i < _roles.Count; i++)
            if (_roles[i] != other._roles[i]) return false;
        return true;
    }

    public override bool Equals(object? obj) => obj is RoleKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(_target);
        for (var i = 0; i < _roles.Count; i++) hash.Add(_roles[i]);
        return hash.ToHashCode();
    }
}
