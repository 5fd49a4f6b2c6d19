namespace Hoop.Approval.Portal.Statements;

internal enum SqlTokenKind { Space, Word, Keyword, QuotedName, Text, Number, Parameter, Comment, Sign, Hidden }

/// <summary>A piece of a statement as it is shown. All pieces together are the statement.</summary>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text)
{
    public bool Is(string word) => Kind is SqlTokenKind.Word or SqlTokenKind.Keyword && Text.Equals(word, StringComparison.OrdinalIgnoreCase);
}
