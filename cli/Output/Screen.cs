using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Hoop.Cli.Output;

/// <summary>Results: JSON as it came, or tables and fields for people.</summary>
internal sealed class Screen
{
    private const int PipeWidth = 240;

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TextWriter _out;
    private readonly IAnsiConsole _console;

    public Screen(CliHost host)
    {
        _out = host.Out;
        var forPeople = ReferenceEquals(host.Out, Console.Out) && !Console.IsOutputRedirected;
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(host.Out), Ansi = forPeople ? AnsiSupport.Detect : AnsiSupport.No });
        if (!forPeople) _console.Profile.Width = PipeWidth;
    }

    public void Json<T>(T value) => _out.WriteLine(JsonSerializer.Serialize(value, Indented));

    public void Line(string text) => _out.WriteLine(text);

    public void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows, string whenEmpty)
    {
        var table = new Table { Border = TableBorder.Simple };
        for (var i = 0; i < headers.Count; i++)
        {
            var column = new TableColumn(new Text(headers[i], new Style(decoration: Decoration.Bold)));
            // The first column is the id that other commands take: never broken.
            table.AddColumn(i == 0 ? column.NoWrap() : column);
        }
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(SafeText.Line(cell))));
        if (table.Rows.Count == 0) _out.WriteLine(whenEmpty);
        else _console.Write(table);
    }

    /// <summary>Name and value pairs, empty ones left out.</summary>
    public void Fields(params (string Name, string? Value)[] fields)
    {
        var width = fields.Max(f => f.Name.Length);
        foreach (var (name, value) in fields)
        {
            if (string.IsNullOrEmpty(value)) continue;
            var lines = SafeText.Lines(value).Split('\n');
            _out.WriteLine($"{name.PadRight(width)}  {lines[0]}");
            foreach (var line in lines[1..]) _out.WriteLine($"{new string(' ', width)}  {line}");
        }
    }
}
