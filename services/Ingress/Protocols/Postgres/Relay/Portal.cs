using Hoop.Ingress.Sessions;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>What names stand for as the server plans a portal: it keeps to that.</summary>
/// <param name="Own">Path, role and temporary relations.</param>
/// <param name="Changes">How often the target's names had changed; null: they were changing.</param>
internal sealed record BoundNames(string Own, SqlContext? Context, long? Changes);

/// <summary>What an Execute may be of.</summary>
internal interface IPrepared
{
    PreparedStatement Statement { get; }

    /// <summary>What names stood for when it was bound; null: it is not, or nobody knows.</summary>
    BoundNames? Bound { get; }
}

/// <summary>A statement with its values, by Bind or by DECLARE CURSOR.</summary>
internal sealed class Portal(string name, PreparedStatement statement) : IPrepared
{
    /// <summary>Of values: more of them become text at once.</summary>
    private const int MaxKeptValues = 64 * 1024;

    public static Portal Read(in PostgresFrame frame, PreparedStatement statement, RecentTexts texts, BoundNames names)
    {
        using var body = new PostgresBody(frame.Body);
        var bind = Bind.Read(body.Span);
        var types = statement.ParameterTypes;
        return new Portal(ClientFields.NameOf(bind.Portal, texts), statement)
        {
            Bound = names,
            BindValues = bind.ParameterCount == 0 ? [] : bind.RawValues.Length <= MaxKeptValues ? Relay.BindValues.Of(bind, types) : BindValueText.Of(bind, types),
            ResultFormats = statement.FormatsOf(bind),
        };
    }

    public string Name { get; } = name;
    public PreparedStatement Statement { get; } = statement;

    public IReadOnlyList<string?> BindValues { get; init; } = [];

    public BoundNames? Bound { get; init; }

    /// <summary>None: all text; one: for all columns; else one per column.</summary>
    public short[] ResultFormats { get; init; } = [];

    /// <summary>True for DECLARE CURSOR: it may outlive its transaction.</summary>
    public bool IsCursor { get; init; }

    /// <summary>Of the DECLARE: what it said of rows goes for each FETCH.</summary>
    public Permit? Declared { get; init; }

    /// <summary>Null until described; empty when it returns no rows.</summary>
    public PostgresColumn[]? Columns { get; set; }

    public bool IsDescribed { get; set; }

    /// <summary>Its permitted run: begun by Bind or Execute, continued by a further Execute.</summary>
    public RunningOperation? Running { get; set; }

    /// <summary>What it returns by the names that its plan was made with; null when that cannot be said.</summary>
    public SqlStatement? Planned => IsCursor ? Statement.Declared : Running is { Changes: not null, Analysis.Statements: [var only] } ? only : null;

    /// <summary>An Execute of it was permitted.</summary>
    public bool IsExecuted { get; set; }

    /// <summary>What its Execute is to run.</summary>
    public Asked Asked => new(Statement.Text, Statement.Readable, BindValues, this);

    /// <summary>The columns with the formats that its rows really have; null when nobody asked for them.</summary>
    public PostgresColumn[]? RowColumns()
    {
        if (Columns is not null) return Columns;
        return Statement.ColumnsWith(ResultFormats);
    }
}
