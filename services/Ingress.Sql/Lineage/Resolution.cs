using System.Runtime.CompilerServices;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>One statement being resolved: the parts that call each other, and what they share.</summary>
sealed class Resolution
{
    /// <summary>Nested recursive queries multiply their passes; this bounds the work of a hostile statement to well under a second.</summary>
    const int MaxSteps = 200_000;

    readonly HashSet<Value> _touched = [];
    int _steps;

    public Resolution(SqlContext context, int viewDepth = 0)
    {
        Context = context;
        Relations = new(this, viewDepth);
        Functions = new(context);
        Expressions = new(this);
        Conditions = new(this);
        From = new(this);
        With = new(this);
        Queries = new(this);
        Changes = new(this);
        Calls = new(this);
    }

    public SqlContext Context { get; }

    public UseSink Uses { get; } = new();

    public RelationShapes Relations { get; }

    public FunctionLookup Functions { get; }

    public ExpressionLineage Expressions { get; }

    public CallLineage Calls { get; }

    public ConditionLineage Conditions { get; }

    public FromLineage From { get; }

    public WithLineage With { get; }

    public QueryLineage Queries { get; }

    public ChangeLineage Changes { get; }

    /// <summary>A function whose result is not known was called somewhere.</summary>
    public bool CalledOpaque { get; set; }

    /// <summary>The one row of pg_settings that the query being resolved reads, as pg_dump does; null when it reads more, or another relation.</summary>
    public string? Setting { get; set; }

    /// <summary>What the statement looks at, wherever it goes.</summary>
    public Value Touched => Value.Union(_touched);

    public Value Touch(Value value)
    {
        _touched.Add(value);
        return value;
    }

    public void Step()
    {
        if (++_steps > MaxSteps || !RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw new LineageTooComplexException();
    }
}
