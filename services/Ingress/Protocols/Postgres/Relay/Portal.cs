using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>A statement with its values, by Bind or by DECLARE CURSOR.</summary>
internal sealed class Portal(string name, PreparedStatement statement)
{
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

    /// <summary>Its permitted run: a further Execute continues it.</summary>
    public RunningOperation? Running { get; set; }

    /// <summary>The columns with the formats that its rows really have; null when nobody asked for them.</summary>
    public PostgresColumn[]? RowColumns()
    {
        if (Columns is not null) return Columns;
        return Statement.ColumnsWith(ResultFormats);
    }
}
