namespace Hoop.Policy.Engine.Yaml;

/// <summary>A node of the document with its place, which every message needs.</summary>
internal abstract record YamlNode(int Line, int Column)
{
    /// <summary>What it is, for messages. Never its value: that may be a secret in the wrong place.</summary>
    public abstract string Shape { get; }
}

/// <param name="Plain">Written without quotes: only then are empty, <c>~</c> and <c>null</c> nothing.</param>
internal sealed record YamlScalar(int Line, int Column, string Value, bool Plain) : YamlNode(Line, Column)
{
    public bool IsNothing => Plain && Value is "" or "~" or "null";

    public override string Shape => IsNothing ? "nothing" : "a single value";
}

internal sealed record YamlList(int Line, int Column, List<YamlNode> Items) : YamlNode(Line, Column)
{
    public override string Shape => "a list";
}

internal sealed record YamlMap(int Line, int Column, List<YamlEntry> Entries) : YamlNode(Line, Column)
{
    public override string Shape => "a map";
}

internal sealed record YamlEntry(YamlScalar Key, YamlNode Value);

/// <summary>A text with its place.</summary>
internal readonly record struct YamlText(string Value, int Line, int Column);
