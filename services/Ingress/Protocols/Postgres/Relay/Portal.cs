using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>A statement with its values, by Bind or by DECLARE CURSOR.</summary>
internal sealed class Portal(string name, PreparedStatement statement)
{
    /// <summary>Of values: more of them become text at once.</summary>
    private const int MaxKeptValues = 64 * 1024;

    /// <param name="names">What names stand for now.</param>
    public static Portal Read(in PostgresFrame frame, PreparedStatement statement, RecentTexts texts, string names)
    {
        using var body = new PostgresBody(frame.Body);
        var bind = Bind.Read(body.Span);
        var types = statement.ParameterTypes;
        return new Portal(ClientFields.NameOf(bind.Portal, texts), statement)
        {
            Names = names,
            BindValues = bind.ParameterCount == 0 ? [] : bind.RawValues.Length <= MaxKeptValues ? Relay.BindValues.Of(bind, types) : BindValueText.Of(bind, types),
            ResultFormats = statement.FormatsOf(bind),
        };
    }

    public string Name { get; } = name;
    public PreparedStatement Statement { get; } = statement;

    public IReadOnlyList<string?> BindValues { get; init; } = [];

    /// <summary>What names stood for when it was bound.</summary>
    public string Names { get; init; } = "";

    /// <summary>None: all text; one: for all columns; else one per column.</summary>
    public short[] ResultFormats { get; init; } = [];

    /// <summary>True for DECLARE CURSOR: it may outlive its transaction.</summary>
    public bool IsCursor { get; init; }

    /// <summary>Null until described; empty when it returns no rows.</summary>
    public PostgresColumn[]? Columns { get; set; }

    public bool IsDescribed { get; set; }

    /// <summary>Its permitted run: begun by Bind or Execute, continued by a further Execute.</summary>
    public RunningOperation? Running { get; set; }

    /// <summary>An Execute of it was permitted.</summary>
    public bool IsExecuted { get; set; }

    /// <summary>What its Execute is to run.</summary>
    public Asked Asked => new(Statement.Text, Statement.Readable, BindValues, Statement);

    /// <summary>The columns with the formats that its rows really have; null when nobody asked for them.</summary>
    public PostgresColumn[]? RowColumns()
    {
        if (Columns is not null) return Columns;
        return Statement.ColumnsWith(ResultFormats);
    }
}
