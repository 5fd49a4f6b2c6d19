namespace Hoop.Policy.Engine.Yaml;

/// <summary>Collects every error of one document.</summary>
internal sealed class YamlErrors
{
    private const int MaxShown = 48;

    private readonly List<YamlError> _errors = [];

    public int Count => _errors.Count;

    public void Add(YamlNode at, string path, string message) => Add(at.Line, at.Column, path, message);

    public void Add(YamlText at, string path, string message) => Add(at.Line, at.Column, path, message);

    public void Add(int line, int column, string path, string message) =>
        _errors.Add(new YamlError(line, column, path.Length == 0 ? message : $"{path}: {message}"));

    public IReadOnlyList<YamlError> InLineOrder() => [.. _errors.Distinct().OrderBy(e => e.Line).ThenBy(e => e.Column)];

    /// <summary>A name from the document, safe to print: quoted, on one line, bounded.</summary>
    public static string Show(string text)
    {
        var shown = text.Length > MaxShown ? text[..MaxShown] + "…" : text;
        return "\"" + string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' ? '?' : c)) + "\"";
    }
}
