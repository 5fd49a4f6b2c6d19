using System.Collections.Immutable;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Understanding;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>INSERT, UPDATE, DELETE and MERGE: what they move, what they look at, and what RETURNING shows.</summary>
sealed class ChangeLineage(Resolution resolution)
{
    const string System = "pg_catalog";

    readonly RowChecks _checks = new(resolution);

    /// <summary>The columns of RETURNING; null when there is none.</summary>
    public Shape? Resolve(Node change, Scope? outer, CteChain? ctes)
    {
        ctes = resolution.With.Enter(change, outer, ctes);
        var scope = new Scope(outer, ctes);
        // The target is a table even where a WITH query has its name.
        var row = new ChangedRow(resolution.From.Relation(change.Child("relation", "RangeVar"), new Scope(null, null)));
        var target = row.Table;
        Keep(change, target);
        // Whole rows are written again.
        resolution.Touch(target.Shape.Row);
        switch (change.Kind)
        {
            case "InsertStmt":
                Insert(change, row, scope);
                break;
            case "UpdateStmt":
                scope.Items.Add(target);
                From(change, "fromClause", scope);
                resolution.Conditions.Condition(change["whereClause"], scope);
                Assign(change, row, scope);
                break;
            case "DeleteStmt":
                scope.Items.Add(target);
                From(change, "usingClause", scope);
                resolution.Conditions.Condition(change["whereClause"], scope);
                _checks.Deleted(target);
                break;
            case "MergeStmt":
                Merge(change, row, scope);
                break;
            default:
                resolution.Uses.Add(resolution.Expressions.EvaluateBelow(change, scope), ColumnUseKind.Stored);
                return Shape.Unknown;
        }
        return Returning(change, row, scope);
    }

    /// <summary>COPY … FROM: its condition looks at the rows that come, and at what its functions give.</summary>
    public void Load(Node copy)
    {
        var target = resolution.From.Relation(copy.Child("relation", "RangeVar"), new Scope(null, null));
        Keep(copy, target);
        _checks.Inserted(target);
        resolution.Conditions.Condition(copy["whereClause"], new Scope(null, null) { Items = [target with { Shape = target.Shape.Map(static _ => Value.None) }] });
    }

    /// <summary>
    /// Who writes to the system catalogs, by a view of them too, renames columns without saying so, gives a view another query or a table another's file.
    /// By pg_settings only settings are made: of one that is named and harmless.
    /// </summary>
    void Keep(Node change, FromItem target)
    {
        var range = change.Child("relation", "RangeVar");
        var isSystem = resolution.Relations.Find(range, null) is { } relation
            ? !(relation is { Schema: System, Name: "pg_settings" } && IsOfHarmlessSetting(change["whereClause"])) && target.Shape.Row.Sources.Any(static s => s.Column.StartsWith(System + ".", StringComparison.Ordinal))
            : range.Text("schemaname") is null or System && SystemRelations.Exists(range.Text("relname") ?? "");
        if (isSystem || MayBeView(range)) resolution.Uses.Hide();
    }

    static bool IsOfHarmlessSetting(Node condition) => SpaceLimit.NamedBy(condition) is { } name && Settings.IsHarmless(name);

    /// <summary>No name is known after DDL in a pipeline: what is changed then may be a view that it has just made.</summary>
    bool MayBeView(Node range)
    {
        var (context, name) = (resolution.Context, range.Text("relname"));
        return ReferenceEquals(context.Catalog, CatalogSnapshot.Changed) && !(range.Text("schemaname") is { } schema
            ? context.IsPlainTable($"{schema}.{name}")
            : context.SearchPath.Append(TemporaryRelations.Schema).Any(s => context.IsPlainTable($"{s}.{name}")));
    }

    void From(Node change, string property, Scope scope)
    {
        foreach (var item in change.List(property))
            resolution.From.Add(item, scope);
    }

    void Insert(Node insert, ChangedRow row, Scope scope)
    {
        var target = row.Table;
        var source = insert.Has("selectStmt") ? resolution.Queries.Resolve(insert["selectStmt"], scope.Outer, scope.Ctes) : Shape.Empty;
        var columns = InsertedColumns(insert.List("cols"), target);
        Subscripts(insert.List("cols"), row, scope);
        scope.Items.Add(target);
        Store(row, columns, source);
        _checks.Inserted(target);
        var conflict = insert.Child("onConflictClause", "OnConflictClause");
        if (!conflict.Exists) return;
        var proposed = Proposed(target, columns, source);
        var deciding = new Scope(scope.Outer, scope.Ctes) { Items = [target, new("excluded", proposed) { ColumnsVisible = false }] };
        new ArbiterLineage(resolution).Resolve(conflict, target, new(columns, insert["selectStmt"], proposed), deciding);
        Assign(conflict, row, deciding);
        resolution.Conditions.Condition(conflict["whereClause"], deciding);
    }

    /// <summary>The names of the columns that the rows go to, in order; null when not known.</summary>
    static List<string?>? InsertedColumns(IEnumerable<Node> listed, FromItem target)
    {
        List<string?> names = [.. listed.Select(static c => c.Text("name"))];
        if (names.Count > 0) return names;
        return target.Shape.Closed ? [.. target.Shape.Columns.Select(static c => c.Name)] : null;
    }

    /// <summary><c>insert into t (a[(select …)])</c>: where a value is put says as much as the value.</summary>
    void Subscripts(IEnumerable<Node> listed, ChangedRow row, Scope scope)
    {
        foreach (var column in listed)
            Store(row, column.Text("name"), Subscripts(column, scope));
    }

    Value Subscripts(Node column, Scope scope) =>
        Value.Union(column.List("indirection").Select(i => resolution.Expressions.Evaluate(i, scope))).Derived();

    void Store(ChangedRow row, List<string?>? columns, Shape source)
    {
        if (columns is null || !source.Closed || source.Columns.Count > columns.Count)
        {
            row.Give(null, source.Row);
            resolution.Uses.Add(source.Row, ColumnUseKind.Stored);
            return;
        }
        for (var i = 0; i < source.Columns.Count; i++)
            Store(row, columns[i], source.Columns[i].Value);
    }

    /// <summary>
    /// A column's value that goes back into the same column is not news. A part of it is: <c>set ssn = left(ssn, 1)</c> makes every later
    /// <c>ssn = '9'</c> a question about one digit.
    /// </summary>
    void Store(ChangedRow row, string? column, Value value)
    {
        row.Give(column, value);
        var own = column is null ? null : row.Table.Shape.Find(column);
        var names = own is null ? [] : own.Sources.Select(static s => s.Column).ToHashSet();
        ImmutableArray<Source> foreign = [.. value.Sources.Where(s => !names.Contains(s.Column))];
        resolution.Uses.Add(new Value(foreign, value.Opaque), ColumnUseKind.Stored);
        resolution.Uses.Add(new Value([.. value.Sources.Where(s => !s.Plain && names.Contains(s.Column))], false), ColumnUseKind.Other);
    }

    /// <summary>EXCLUDED: the row that was to be inserted.</summary>
    static Shape Proposed(FromItem target, List<string?>? columns, Shape source)
    {
        if (columns is null || !source.Closed || !target.Shape.Closed) return new([], source.Row.Or(target.Shape.Row));
        return new([.. target.Shape.Columns.Select(c => c with { Value = Given(columns.IndexOf(c.Name), source) })]);
    }

    static Value Given(int index, Shape source) => index >= 0 && index < source.Columns.Count ? source.Columns[index].Value : Value.None;

    void Assign(Node owner, ChangedRow row, Scope scope)
    {
        foreach (var assignment in owner.List("targetList"))
        {
            var value = resolution.Expressions.Evaluate(assignment["val"], scope);
            // What stays of the old value is asked about by itself then, and it may have no such place.
            if (assignment.Has("indirection") && assignment.Text("name") is { } changed) resolution.Uses.Add(row.Table.Shape.Find(changed) ?? row.Table.Shape.Possible ?? Value.None, ColumnUseKind.Other);
            Store(row, assignment.Text("name"), value.Or(Subscripts(assignment, scope)));
        }
        _checks.Updated(row.Table, owner.List("targetList").Select(static a => a.Text("name")).OfType<string>());
    }

    void Merge(Node merge, ChangedRow row, Scope scope)
    {
        var target = row.Table;
        resolution.From.Add(merge["sourceRelation"], scope);
        scope.Items.Add(target);
        resolution.Conditions.Condition(merge["joinCondition"], scope);
        foreach (var when in merge.List("mergeWhenClauses"))
        {
            resolution.Conditions.Condition(when["condition"], scope);
            if (when.Text("commandType") == "CMD_INSERT")
            {
                Subscripts(when.List("targetList"), row, scope);
                Store(row, InsertedColumns(when.List("targetList"), target), resolution.Expressions.Targets(when.List("values"), scope));
                _checks.Inserted(target);
            }
            else if (when.Text("commandType") == "CMD_DELETE")
                _checks.Deleted(target);
            else
                Assign(when, row, scope);
        }
    }

    Shape? Returning(Node change, ChangedRow row, Scope scope)
    {
        var clause = change.Child("returningClause", "ReturningClause");
        // Trees of grammars before PostgreSQL 18 list the expressions directly.
        var targets = clause.Exists && clause.Has("exprs") ? clause.List("exprs") : change.List("returningList");
        if (!change.Has("returningClause") && !change.Has("returningList")) return null;
        var returned = row.Returned;
        scope.Items[scope.Items.IndexOf(row.Table)] = returned;
        foreach (var name in RowNames(clause))
            scope.Items.Add(returned with { Name = name, Schema = null, ColumnsVisible = false });
        return resolution.Expressions.Targets(targets, scope);
    }

    /// <summary>OLD and NEW, or the names that RETURNING WITH gives them.</summary>
    static List<string> RowNames(Node clause)
    {
        List<string> names = [.. clause.List("options").Select(static o => o.Text("value")).OfType<string>()];
        return [.. names, "old", "new"];
    }
}
