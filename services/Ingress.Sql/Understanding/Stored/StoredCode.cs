using System.Text.Json;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>Code that runs SQL, taken apart: a function's body, a DO block. Every statement and expression in it, whichever of them will run.</summary>
/// <param name="Trees">Statement nodes.</param>
/// <param name="Variables">Names that are values and not columns.</param>
/// <param name="RunsText">It also runs text that is built when it runs.</param>
sealed record StoredCode(IReadOnlyList<JsonElement> Trees, IReadOnlySet<string> Variables, bool RunsText)
{
    /// <summary>The function's own search path, when it sets one.</summary>
    public IReadOnlyList<string>? SearchPath { get; init; }

    /// <summary>Bare names of the types that its arguments, its result and its variables take.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>It runs under other settings than the caller's, so that more than names may mean something else.</summary>
    public bool OtherSettings { get; init; }

    /// <summary>In PL/pgSQL: names whose fields are its own, and never calls of functions.</summary>
    public IReadOnlySet<string> Records { get; init; } = new HashSet<string>();

    /// <summary>In PL/pgSQL: what in it takes values where nobody can follow them, in a few words; null: nothing does.</summary>
    public string? Hides { get; init; }

    public static readonly StoredCode Nothing = new([], new HashSet<string>(), false);
}
