using Hoop.Contracts.Documents;
using Hoop.Masking.Engine.Detectors;

namespace Hoop.Masking.Engine.Columns;

/// <summary>One mask of the document, checked and ready to match.</summary>
internal sealed class CompiledMask
{
    private const int MinimumKey = 32;
    private const string Catalog = "pg_catalog.";

    private readonly MaskDocument document;
    private readonly HashSet<string> safeFunctions;

    private CompiledMask(MaskDocument document, byte[] key)
    {
        this.document = document;
        Columns = [.. document.Columns.Select(ColumnPattern.Parse)];
        Kinds = [.. document.Detect.Select(name => Detector(document.Name, name))];
        Value = new ValueMask(document.Name, document.Mode, document.KeepLast, key);
        Computed = ValueMask.Computed(document.Name, document.Mode);
        safeFunctions = [.. document.SafeFunctions.Select(Bare)];
    }

    public string Name => document.Name;
    public PredicateRule Predicates => document.Predicates;
    public ColumnPattern[] Columns { get; }
    public DetectorKind[] Kinds { get; }
    public ValueMask Value { get; }

    /// <summary>For what is computed from the column.</summary>
    public ValueMask Computed { get; }

    public static CompiledMask Compile(MaskDocument document, byte[] key)
    {
        if (document.Columns.Count == 0 && document.Detect.Count == 0)
            throw new ArgumentException($"masks.{document.Name} names neither columns nor detectors.");
        if (document.KeepLast < 0)
            throw new ArgumentException($"masks.{document.Name} keeps {document.KeepLast} characters; it must be 0 or more.");
        if (document.Mode == MaskMode.Hash && key.Length < MinimumKey)
            throw new ArgumentException($"masks.{document.Name} hashes, which needs a key of at least {MinimumKey} bytes (Hoop__Masking__Key).");
        return new(document, key);
    }

    public bool AppliesTo(string target, IReadOnlyList<string> roles) =>
        document.Targets.Any(glob => Glob.IsMatch(glob, target)) && !document.Except.Any(roles.Contains);

    /// <summary>For those to whom both apply.</summary>
    public bool IsSame(CompiledMask other) =>
        (Name, document.Mode, document.KeepLast, Predicates) == (other.Name, other.document.Mode, other.document.KeepLast, other.Predicates)
        && document.Columns.SequenceEqual(other.document.Columns) && document.Detect.SequenceEqual(other.document.Detect)
        && document.SafeFunctions.SequenceEqual(other.document.SafeFunctions);

    public bool Matches(string column)
    {
        foreach (var pattern in Columns)
            if (pattern.Matches(column))
                return true;
        return false;
    }

    /// <summary>True when the value went through a function whose result is not secret; what is done to that result afterwards does not matter.</summary>
    public bool IsSafe(IReadOnlyList<string> through)
    {
        for (var i = 0; i < through.Count; i++)
            if (safeFunctions.Contains(Bare(through[i])))
                return true;
        return false;
    }

    public bool IsSafe(string function) => safeFunctions.Contains(Bare(function));

    /// <summary>Only the catalog's own functions have a bare name: <c>public.count</c> is not <c>count</c>.</summary>
    private static string Bare(string function) =>
        function.StartsWith(Catalog, StringComparison.Ordinal) ? function[Catalog.Length..] : function;

    private static DetectorKind Detector(string mask, string name) =>
        DetectorKinds.TryParse(name, out var kind)
            ? kind
            : throw new ArgumentException($"masks.{mask} names an unknown detector '{name}'; known: {DetectorKinds.Known}.");
}
