using System.Text.Json;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Lineage;
using Hoop.Ingress.Sql.Parsing;
using E = Hoop.Contracts.Operations.Effects;

namespace Hoop.Ingress.Sql.Understanding.Stored;

/// <summary>
/// The code of a DO block, for masks. Control flow, variables and errors carry values wherever they like, so nothing is followed from one statement to the next: whatever the code
/// may look at counts as kept, and so does all of every relation whose name stands anywhere in it. What cannot be told counts as any column.
/// </summary>
sealed class BroughtCode
{
    /// <summary>Policy decides on what else it does; by these a value may come in, or go out, unseen.</summary>
    const E Unseen = E.Unknown | E.Dynamic | E.CodeExec | E.FileAccess | E.Network | E.Session;

    public static readonly IReadOnlyList<ColumnUse> NotUnderstood = Any("is not understood, or not to the last expression");

    readonly StatementWalk outer, all;
    readonly StoredCode code;
    readonly CodeLineage lineage;
    readonly Dictionary<string, CatalogRelation> named = [];

    BroughtCode(StatementWalk walk, StoredCode code)
    {
        (outer, this.code) = (walk, code);
        all = new(walk.Context, "", walk.Depth + 1, new());
        lineage = new(walk.Context, code.Variables);
    }

    SqlContext Context => outer.Context;

    /// <param name="walk">Of the statement that brings it.</param>
    public static IReadOnlyList<ColumnUse> Uses(StatementWalk walk, string text, StoredCode code)
    {
        if (code.Hides is { } hides) return Any(hides);
        // Somebody else's change may have taken names away for a moment, and nobody knows what is behind the rest.
        if (walk.Context.Catalog.Relations.Count == 0) return Any("stands where no names are known (after a change of the schema that nobody could follow yet; send it again, by itself)");
        try
        {
            var brought = new BroughtCode(walk, code);
            return brought.Problem(text) is { } problem ? Any(problem) : brought.lineage.Uses;
        }
        catch (Exception e) when (e is LineageTooComplexException or InvalidOperationException or JsonException)
        {
            return NotUnderstood;
        }
    }

    static IReadOnlyList<ColumnUse> Any(string why) => [new(UseSink.AnyColumn, ColumnUseKind.Stored) { Code = why }];

    string? Problem(string text) => Written(text) ?? Statements() ?? Behind() ?? Functions() ?? Relations();

    // Whatever the statements make a name stand for: a relation of that name is what it may be.
    string? Written(string text)
    {
        if (WrittenNames.In(text) is not { } names) return "has a name that cannot be told (U&\"…\", or of more than 63 bytes)";
        if (names.Contains("sqlerrm")) return "reads what an error said (SQLERRM)";
        if (names.Any(static n => n.StartsWith("pg_temp_", StringComparison.Ordinal))) return "names a temporary schema by its number";
        var uncovers = code.Trees.Any(BroughtStatements.Uncovers);
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var found = CatalogNames.Of(Context.Catalog).Called(name).ToList();
            if (Context.IsTemporary(name))
            {
                if (Context.Temporary.ByName.GetValueOrDefault(name) is not { } own) return $"names pg_temp.{name}, of which nothing is known";
                found.Add(own);
            }
            if (uncovers && found.Count > 1) return $"drops a relation, after which \"{name}\" may stand for another";
            foreach (var relation in found) named.TryAdd(relation.QualifiedName, relation);
        }
        return null;
    }

    string? Statements()
    {
        foreach (var tree in code.Trees)
        {
            if (!BroughtStatements.MayStand(tree)) return $"has a statement that may not stand in one ({(tree.TryNode(out var type, out _) ? type : "?")})";
            var one = new StatementWalk(Context, "", all.Depth, all.Stored) { Variables = code.Variables, Records = code.Records };
            one.Visit(tree, null);
            Consequences.OfStatement(one);
            if (!one.Understood || one.SessionDependent || one.Names.Guessed) return "has a statement that is not understood";
            if (StoredWork.MovesSession(one.Command)) return "changes what names and texts of the session mean";
            if (one.CastsUnseen) return "may use a cast that reads tables";
            all.Merge(one);
            lineage.Follow(tree);
        }
        return null;
    }

    // Values are converted on their way into variables, by whatever casts there are.
    string? Behind()
    {
        foreach (var type in code.Types.Distinct()) Consequences.OfType(all, type);
        foreach (var cast in Context.Catalog.Casts.Where(static c => c.Context != 'e'))
        {
            var work = Consequences.WorkOf(all, cast);
            if (Reaches(work)) return $"may use the cast by {cast.Function}";
        }
        foreach (var function in Context.Catalog.Comparisons)
        {
            var work = new StatementWalk(Context, "", all.Depth, all.Stored);
            Consequences.Run(work, function);
            if (Reaches(work)) return $"may compare by {function}";
        }
        return null;
    }

    static bool Reaches(StatementWalk work) => !Consequences.OnlyComputes(work) || work.Accesses.Any(static a => a.Kind == "table");

    string? Functions()
    {
        foreach (var access in all.Accesses)
            if (access.Kind == "function" && !Computes(access.Name)) return $"calls {access.Name}, by name or by what hangs on a relation that it uses";
        return (all.Effects & Unseen) is not E.None and var unseen ? $"does what cannot be followed ({unseen})" : null;
    }

    bool Computes(string function) =>
        function.StartsWith("pg_catalog.", StringComparison.Ordinal)
        || Context.Catalog.Functions.TryGetValue(function, out var overloads) && overloads.All(static f => f is { Language: "c" or "internal", Volatility: not 'v', SecurityDefiner: false });

    string? Relations()
    {
        foreach (var access in all.Accesses.Where(static a => a.Kind == "table"))
        {
            if (SystemRelations.Hold(access.Name)) continue;
            if (Context.Temporary.Find(access.Name) is { } own) named.TryAdd(own.QualifiedName, own);
            else if (Context.Catalog.Relations.GetValueOrDefault(access.Name) is { } relation) named.TryAdd(relation.QualifiedName, relation);
            else if (access.Verb is not ("create" or "drop"))
            {
                outer.NamesUnknown |= outer.Names.IsUnknown("table", access.Name);
                return $"uses {access.Name}, which is not known (what it makes itself can be used after it, and not in it)";
            }
        }
        foreach (var relation in named.Values)
        {
            if (relation.Columns.Any(c => Context.Catalog.CheckedTypes.TryGetValue(c.TypeOid, out var type) && AttachedExpressions.HasChecks(Context.Catalog, type)))
                return $"names {relation.QualifiedName}, which has a type whose checks run code";
            lineage.Name(relation);
        }
        return null;
    }
}
