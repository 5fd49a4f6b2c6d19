using System.Buffers;
using System.Text;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Tests.Protocols.Masking.TestMasks;

namespace Hoop.Ingress.Tests.Protocols.Masking;

public sealed class DiagnosticsMaskerTests
{
    private const string Why = "Hidden by Hoop: this text may quote values of masked columns.";
    private static readonly PostgresDiagnosticsMasker Strict = PostgresDiagnosticsMasker.Create(WithColumns)!;
    private static readonly PostgresDiagnosticsMasker Detecting = PostgresDiagnosticsMasker.Create(DetectorsOnly)!;

    [Theory]
    [InlineData("22P02", "invalid input syntax for type integer: \"smith\"", "invalid input syntax for type integer: \"***\"")]
    [InlineData("22P02", "invalid input syntax for type integer: \"a\"b\" c\"", "invalid input syntax for type integer: \"***\"")]
    [InlineData("22003", "value \"99999999999\" is out of range for type integer", "value \"***\" is out of range for type integer")]
    [InlineData("42883", "operator does not exist: smith", "operator does not exist: ***")]
    [InlineData("22023", "invalid normalization form: smith", "invalid normalization form: ***")]
    [InlineData("42601", "improper relation name (too many dotted names): a.b.c.smith", "improper relation name (too many dotted names): ***")]
    [InlineData("0A000", "cross-database references are not implemented: smith.b.c", "cross-database references are not implemented: ***")]
    [InlineData("22021", "invalid byte sequence for encoding \"UTF8\": 0xc3 0x28", "invalid byte sequence for encoding \"***\": ***")]
    [InlineData("22008", "date field value out of range: 2024-13-45", "date field value out of range: ***")]
    [InlineData("2202E", "index 123456789 out of valid range, 0..3", "index *** out of valid range, ***")]
    [InlineData("54000", "requested character too large for encoding: 123456789", "requested character too large for encoding: ***")]
    [InlineData("42P01", "relation \"123-45-6789\" does not exist", "relation \"***\" does not exist")]
    [InlineData("42704", "large object 123456789 does not exist", "large object *** does not exist")]
    [InlineData("P0001", "customer smith owes 12", "***")]
    [InlineData("XX000", "cache lookup failed for relation 123456789", "***")]
    [InlineData("ZZ123", "anything", "***")]
    [InlineData("22023", "unit »smith« not recognized", "***")]
    public void Values_in_messages_are_taken_out(string state, string message, string expected)
    {
        var masked = Strict.Mask(Error(state, message), "select f(ssn) from customers");
        masked.Message.ShouldBe(expected);
        masked.Detail.ShouldBe(Why);
    }

    [Theory]
    [InlineData("42P05", "prepared statement \"p1\" already exists", "prepare p1 as select ssn from customers", true)]
    [InlineData("42P03", "cursor \"My c\" already exists", "declare \"My c\" cursor for select ssn from customers", true)]
    [InlineData("34000", "cursor \"c\" does not exist", "fetch C", true)]
    [InlineData("26000", "prepared statement \"123-45-6789\" does not exist", "select f(ssn, '123-45-6789') from customers", false)]
    [InlineData("42P01", "relation \"p1\" does not exist", "prepare p1 as select ssn from customers", false)]
    public void Names_that_the_client_gave_its_statements_and_cursors_stay(string state, string message, string statement, bool stays) =>
        (Strict.Mask(Error(state, message), statement).Message == message).ShouldBe(stays);

    /// <summary>The server's own words about names, and the same from somebody's code.</summary>
    [Theory]
    [InlineData("ExecWithCheckOptions", true)]
    [InlineData("exec_stmt_raise", false)]
    public void A_violated_row_policy_says_of_which_table(string routine, bool stays)
    {
        var error = Error("42501", "new row violates row-level security policy \"p\" for table \"documents\"");
        error['R'] = routine;
        (Strict.Mask(error, "insert into documents values (1)").Message == error.Message).ShouldBe(stays);
    }

    /// <summary>What the server says of the client's own text holds names and what stands in it.</summary>
    [Theory]
    [InlineData("8", null, "Perhaps you meant to reference the column \"customers.name\".")]
    [InlineData(null, null, "Perhaps you meant to reference the column \"***\".")]
    [InlineData("8", "PL/pgSQL function f() line 1", "Perhaps you meant to reference the column \"***\".")]
    public void A_hint_about_the_clients_own_text_stays(string? position, string? where, string expected)
    {
        var error = Error("42703", "column \"nme\" does not exist");
        (error['P'], error['W'], error['H']) = (position, where, "Perhaps you meant to reference the column \"customers.name\".");
        Strict.Mask(error, "select nme from customers").Hint.ShouldBe(expected);
    }

    /// <summary>Names of objects are no values; the same words from somebody's code are.</summary>
    [Theory]
    [InlineData("reportDependentObjects", "drop cascades to 2 other objects", "drop cascades to view v1\ndrop cascades to view v2", true)]
    [InlineData("ExecuteTruncateGuts", "truncate cascades to table \"orders\"", null, true)]
    [InlineData("exec_stmt_raise", "drop cascades to 123-45-6789", "drop cascades to smith", false)]
    public void What_cascades_is_listed(string routine, string message, string? detail, bool stays)
    {
        var notice = PostgresDiagnostic.Create("NOTICE", "00000", message);
        (notice['V'], notice['R'], notice['D']) = ("NOTICE", routine, detail);
        var masked = Strict.Mask(notice, "drop table t cascade");
        (masked.Message, masked.Detail).ShouldBe(stays ? (message, detail) : ("***", Why));
    }

    [Theory]
    [InlineData("22012", "division by zero", null)]
    [InlineData("22003", "integer out of range", null)]
    [InlineData("22001", "value too long for type character varying(3)", null)]
    [InlineData("42501", "permission denied for table customers", null)]
    [InlineData("42P01", "relation \"nosuch\" does not exist", "15")]
    [InlineData("42703", "column \"x\" does not exist", "8")]
    [InlineData("22P02", "invalid input syntax for type integer: \"abc\"", "8")]
    [InlineData("57014", "canceling statement due to user request", null)]
    [InlineData("25P02", "current transaction is aborted, commands ignored until end of transaction block", null)]
    [InlineData("40P01", "deadlock detected", null)]
    public void Harmless_messages_stay(string state, string message, string? position)
    {
        var error = Error(state, message);
        error['P'] = position;
        var masked = Strict.Mask(error, "select 1");
        masked.Message.ShouldBe(message);
        masked.Detail.ShouldBeNull();
        masked['P'].ShouldBe(position);
    }

    /// <summary>A CHECK of a domain within an array runs while the text is read, and fails with the place of the array.</summary>
    [Theory]
    [InlineData("SQL function \"f\" statement 1", "***")]
    [InlineData("SQL expression \"f(value)\"\nPL/pgSQL function f(text) line 1 at RETURN", "***")]
    [InlineData("JSON data, line 1: smith...\nSQL function \"f\" statement 1", "***")]
    [InlineData("JSON data, line 1: {\"a\": smith...", "smith")]
    [InlineData(null, "smith")]
    public void An_error_of_code_is_none_of_reading_the_text(string? context, string shown)
    {
        var error = Error("22P02", "invalid input syntax for type integer: \"smith\"");
        (error['P'], error['W']) = ("8", context);
        Strict.Mask(error, "select '{1}'::checked[]").Message.ShouldBe($"invalid input syntax for type integer: \"{shown}\"");
    }

    [Theory]
    [InlineData("23505", "duplicate key value violates unique constraint \"customers_ssn_key\"", "Key (ssn)=(123-45-6789) already exists.")]
    [InlineData("23502", "null value in column \"name\" of relation \"customers\" violates not-null constraint", "Failing row contains (1, smith, null).")]
    public void Constraint_violations_keep_their_names_and_lose_the_row(string state, string message, string detail)
    {
        var error = Error(state, message);
        (error['D'], error['s'], error['t']) = (detail, "public", "customers");
        var masked = Strict.Mask(error, "insert into customers values ($1)");
        masked.Message.ShouldBe(message);
        masked.Detail.ShouldBe(Why);
        masked['t'].ShouldBe("customers");
    }

    [Theory]
    [InlineData("exec_stmt_raise")]
    [InlineData("exec_stmt_assert")]
    [InlineData("PLy_elog_impl")]
    [InlineData("dblink_res_error")]
    [InlineData(null)]
    public void A_text_that_code_made_up_is_hidden_under_any_state(string? routine)
    {
        var error = Error("23505", "customer smith");
        (error['R'], error['H']) = (routine, "ask smith");
        var masked = Strict.Mask(error, "");
        masked.Message.ShouldBe("***");
        masked.Hint.ShouldBeNull();
    }

    [Fact]
    public void Translated_texts_and_server_logs_are_hidden()
    {
        var german = Error("22P02", "ungültige Eingabesyntax");
        german['S'] = "FEHLER";
        Strict.Mask(german, "").Message.ShouldBe("***");
        var log = Error("00000", "duration: 1 ms plan: Filter: (ssn = 'x')");
        (log['S'], log['V']) = ("LOG", "LOG");
        Strict.Mask(log, "").Message.ShouldBe("***");
    }

    /// <summary>With log_temp_files it comes when a value took much room.</summary>
    [Theory]
    [InlineData("LOG", true)]
    [InlineData("DEBUG1", true)]
    [InlineData("INFO", false)]
    [InlineData("WARNING", false)]
    public void That_the_server_logs_something_is_not_told(string severity, bool dropped)
    {
        var log = Error("00000", "temporary file: path \"base/pgsql_tmp/1\", size 1234567");
        (log['S'], log['V']) = (severity, severity);
        Strict.Drops(log).ShouldBe(dropped);
    }

    [Fact]
    public void Context_and_internal_query_never_pass()
    {
        var error = Error("22012", "division by zero");
        (error['W'], error['q'], error['p']) = ("unnamed portal with parameters: $1 = 'smith'", "select 'smith'", "3");
        var masked = Strict.Mask(error, "");
        (masked['W'], masked['q'], masked['p']).ShouldBe((null, null, null));
    }

    [Theory]
    [InlineData("drop table if exists nosuch", "table \"nosuch\" does not exist, skipping", "table \"nosuch\" does not exist, skipping")]
    [InlineData("select f()", "table \"smith\" does not exist, skipping", "table \"***\" does not exist, skipping")]
    [InlineData("drop table a; select 'smith'", "table \"smith\" does not exist, skipping", "table \"***\" does not exist, skipping")]
    [InlineData("select f()", "hello smith", "***")]
    public void Notices_keep_only_names_that_the_client_wrote(string statement, string message, string expected)
    {
        var notice = Error("00000", message);
        (notice['S'], notice['V']) = ("NOTICE", "NOTICE");
        Strict.Mask(notice, statement).Message.ShouldBe(expected);
    }

    [Fact]
    public void What_depends_on_what_may_be_said()
    {
        var error = Error("2BP01", "cannot drop table a because other objects depend on it");
        (error['D'], error['H']) = ("view v depends on table a", "Use DROP ... CASCADE to drop the dependent objects too.");
        var masked = Strict.Mask(error, "drop table a");
        (masked.Detail, masked.Hint).ShouldBe((error.Detail, error.Hint));
    }

    [Fact]
    public void Detectors_work_on_every_text_also_without_column_masks()
    {
        var error = Error("P0001", "mail ana@example.com");
        (error['D'], error['H'], error['W']) = ("card 4111111111111111", "call +49 30 12345678", "ssn 123-45-6789");
        var masked = Detecting.Mask(error, "");
        (masked.Message, masked.Detail, masked.Hint, masked['W']).ShouldBe(("mail ***", "card ***", "call ***", "ssn ***"));
        var plain = Error("P0001", "hello");
        Detecting.Mask(plain, "").ShouldBeSameAs(plain);
    }

    [Fact]
    public void Messages_are_rewritten_whole_or_relayed()
    {
        var error = Error("22P02", "bad \"smith\"");
        var output = new ArrayBufferWriter<byte>();
        Strict.Mask(error, "select 1").Write(output, BackendType.ErrorResponse);
        output.WrittenSpan[0].ShouldBe(BackendType.ErrorResponse);
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldNotContain("smith");
        PostgresDiagnostic.Read(output.WrittenSpan[5..]).SqlState.ShouldBe("22P02");
        Detecting.Mask(error, "").ShouldBeSameAs(error);
    }

    [Fact]
    public void Notification_payloads_go_through_the_detectors()
    {
        var output = new ArrayBufferWriter<byte>();
        Detecting.TryRewriteNotification("\0\0\0\u0007chan\0from ana@example.com\0"u8, output).ShouldBeTrue();
        output.WrittenSpan.ToArray().ShouldBe("A\0\0\0\u0016\0\0\0\u0007chan\0from ***\0"u8.ToArray());
        Detecting.TryRewriteNotification("\0\0\0\u0007chan\0hello\0"u8, new ArrayBufferWriter<byte>()).ShouldBeFalse();
    }

    [Fact]
    public void A_target_without_masks_needs_no_masker() => PostgresDiagnosticsMasker.Create(TestMasks.For()).ShouldBeNull();

    private static PostgresDiagnostic Error(string state, string message)
    {
        var error = PostgresDiagnostic.Create("ERROR", state, message);
        error['R'] = "some_function";
        return error;
    }

    private static byte[] Body(PostgresDiagnostic diagnostic)
    {
        var output = new ArrayBufferWriter<byte>();
        diagnostic.Write(output, BackendType.ErrorResponse);
        return output.WrittenSpan[5..].ToArray();
    }
}
