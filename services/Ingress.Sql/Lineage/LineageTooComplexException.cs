namespace Hoop.Ingress.Sql.Lineage;

/// <summary>The statement would take too long or too deep a recursion to follow; its result is then opaque.</summary>
sealed class LineageTooComplexException : Exception;
