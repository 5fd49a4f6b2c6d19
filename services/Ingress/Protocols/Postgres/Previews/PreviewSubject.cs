using Hoop.Contracts.Approvals;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Risks;
using Hoop.Policy.Engine.Rules;

namespace Hoop.Ingress.Protocols.Postgres.Previews;

/// <summary>A statement that may be held, with what it takes to look at what it would do.</summary>
/// <param name="Names">As it was judged by.</param>
/// <param name="NamesMoved">The client's open transaction changed the schema, and only its own connection sees that.</param>
internal sealed record PreviewSubject(RelaySession Session, SqlAnalysis Analysis, SqlContext Names, IReadOnlyList<string?> Values, bool NamesMoved) : OperationInsight
{
    internal AuthorizedTarget Target => Session.Gate.Target;

    /// <summary>Null for a string of several.</summary>
    internal SqlStatement? Only => Analysis.Statements is [var only] ? only : null;

    internal IEnumerable<ObjectAccess> Tables => Analysis.Statements.SelectMany(statement => statement.Facts.Accesses)
        .Where(access => access.Kind == "table" && !access.Name.StartsWith("pg_catalog.", StringComparison.Ordinal) && !access.Name.StartsWith("information_schema.", StringComparison.Ordinal))
        .Distinct();

    internal bool UsesTemporary => Tables.Any(access => TemporaryRelations.Owns(access.Name));

    internal BindParameters Parameters => (Values as BindValues)?.ToParameters() ?? BindParameters.None;

    /// <summary>How approvers get to know; null for what nobody would ask about.</summary>
    internal static PreviewSubject? For(RelaySession session, SqlAnalysis analysis, SqlContext names, IReadOnlyList<string?> values, bool namesMoved)
    {
        if (analysis.Error is not null || analysis.Statements.Count == 0) return null;
        for (var i = 0; i < analysis.Statements.Count; i++)
        {
            if (!analysis.Statements[i].Facts.Plumbing) return new PreviewSubject(session, analysis, names, values, namesMoved);
        }

        return null;
    }

    /// <summary>What the gateway understands of a text of its own making, when that is a single plain read; null: it is not to be run.</summary>
    internal SqlStatement? AsPlainRead(string sql) =>
        Session.Services.Analyze(sql, Names) is { Error: null, Statements: [{ Command.Kind: SqlCommandKind.Other, Facts: { Understood: true } facts } only] }
            && (facts.Effects & ~Effects.Read) == 0 ? only : null;

    public override Task<OperationPreview> PreviewAsync(CancellationToken cancel) => Preview.RunAsync(this, cancel);

    public override IReadOnlyList<StatementRisk>? RisksIn(string text) =>
        RiskyParts.Find(text, Names)?.Select(part => new StatementRisk(part.Start, part.Length, EffectNames.Of(part.Effect)[0], part.Why)).ToList();
}
