using System.Text;
using System.Text.Json;
using Hoop.Ingress.Sql.Understanding;
using Hoop.Ingress.Sql.Parsing;
using Hoop.Ingress.Sql.Secrets;
using Hoop.Ingress.Sql.Templates;

namespace Hoop.Ingress.Sql;

/// <summary>Understands PostgreSQL text with PostgreSQL's own grammar. Thread-safe; keeps a bounded cache.</summary>
/// <param name="maxBytes">Longer texts are not parsed, and so not understood.</param>
public sealed class SqlAnalyzer(int maxBytes = PgParser.DefaultMaxBytes)
{
    const int MostBytesPerCharacter = 3; // of UTF-8, for a UTF-16 unit

    internal AnalysisCache Cache { get; init; } = new();

    internal TemplateCache Templates { get; init; } = new();

    /// <summary>
    /// Never throws for any text: what does not parse comes back as one statement that is not understood. Statements of one text see the
    /// PREPAREs, cursors and search path of those before them. Throws <see cref="PgParserMissingException"/> when the native parser is not built.
    /// </summary>
    public SqlAnalysis Analyze(string sql, SqlContext context)
    {
        // Nobody else's answer, and nobody else's to have.
        if (context.CodeMade) return Understand(sql, context, null, keep: false);
        if (Cache.TryGet(sql, context, out var known)) return known;
        Template? template = null;
        // A text that may be too long is, whatever it says.
        if (sql.Length <= maxBytes / MostBytesPerCharacter && Templates.TryGet(sql, context, out known, out template)) return known;
        return Understand(sql, context, template);
    }

    /// <param name="template">What the text's meaning may be kept for, beyond the text itself.</param>
    SqlAnalysis Understand(string sql, SqlContext context, Template? template, bool keep = true)
    {
        try
        {
            var parsed = PgParser.Parse(sql, maxBytes);
            if (!parsed.Succeeded) return NotUnderstood(sql, parsed.Error);
            using var tree = JsonDocument.Parse(parsed.Json, StoredText.Deep);
            var names = new TemporaryNames(context);
            var analysis = Read(sql, tree.RootElement, names.Watched, out var sessionDependent);
            if (!keep || sessionDependent || names.AnyTemporary) return analysis;
            Cache.Add(sql, context, analysis, names.Asked);
            if (template is not null)
                TemplateProof.Try(template, sql, tree.RootElement, analysis, names.Asked, new(root => Read(sql, root, context, out _), other => Understand(other, context, null, keep: false)));
            return analysis;
        }
        catch (Exception e) when (e is JsonException or InsufficientExecutionStackException)
        {
            return NotUnderstood(sql, "the statement is nested too deeply");
        }
        catch (Exception e) when (e is not (PgParserMissingException or OutOfMemoryException))
        {
            // A tree that the code above did not expect: refused, never let through half understood.
            return NotUnderstood(sql, $"the statement could not be understood ({e.GetType().Name})");
        }
    }

    static SqlAnalysis NotUnderstood(string sql, string error)
    {
        var secrets = SqlSecrets.OfUnread(sql);
        // The fingerprint is recorded: nobody must be able to try passwords against it.
        return new([StatementReader.NotUnderstood(sql, secrets?.Shown ?? sql, error)], error) { Secrets = secrets };
    }

    static SqlAnalysis Read(string sql, JsonElement root, SqlContext context, out bool sessionDependent)
    {
        sessionDependent = false;
        var nodes = root.Items("stmts").ToArray();
        if (nodes.Length == 0) return new([StatementReader.Empty(sql)], null);
        var script = new ScriptContext(context);
        var utf8 = nodes.Length > 1 && !Ascii.IsValid(sql) ? Encoding.UTF8.GetBytes(sql) : null;
        var statements = new SqlStatement[nodes.Length];
        List<SecretSearch>? secrets = null;
        for (var i = 0; i < nodes.Length; i++)
        {
            var text = Slice(sql, utf8, nodes[i], nodes.Length);
            var node = nodes[i].GetProperty("stmt");
            var statement = StatementReader.Read(node, text, script.Current, 0, out var dependent);
            sessionDependent |= dependent || i < nodes.Length - 1 && statement.Command.EndsTransaction;
            if (SecretSearch.Of(node, script.Current, nodes[i].Number("stmt_location")) is { Any: true } found)
            {
                (secrets ??= []).Add(found);
                statement = statement with { SecretParameters = found.Parameters, Facts = statement.Facts with { Fingerprint = CanonicalTree.FingerprintWithoutOptions(node) } };
            }
            statements[i] = script.Judge(statement);
            script.After(statements[i], nodes[i].GetProperty("stmt"));
        }
        return new(statements, null) { Secrets = secrets is null ? null : SecretSearch.In(sql, secrets) };
    }

    static string Slice(string sql, byte[]? utf8, JsonElement raw, int count)
    {
        var (start, length) = (raw.Number("stmt_location"), raw.Number("stmt_len"));
        if (count == 1 && length == 0) return sql;
        if (utf8 is null && Ascii.IsValid(sql)) return length == 0 ? sql[start..] : sql.Substring(start, length);
        utf8 ??= Encoding.UTF8.GetBytes(sql);
        return Encoding.UTF8.GetString(length == 0 ? utf8.AsSpan(start) : utf8.AsSpan(start, length));
    }
}
