using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Diagnostics;

/// <summary>
/// What of a diagnostic may be shown where columns are masked. Texts of the server's own making keep their wording and
/// lose what they quote; texts that a function, a trigger, a foreign server or an extension made up are hidden whole.
/// </summary>
internal static class DiagnosticRules
{
    private const string Hidden = "***";
    private const string WhyHidden = "Hidden by Hoop: this text may quote values of masked columns.";
    private const string WhySecret = "Hidden by Hoop: this text may quote a password or key of the statement.";

    /// <summary>SQLSTATE classes whose messages are the server's own, with values only in quotes or as numbers.</summary>
    private static readonly HashSet<string> ServerClasses =
    [
        "02", "03", "08", "09", "0A", "0B", "0L", "0P", "20", "21", "22", "23", "24", "25", "26", "27", "28", "2B", "2D",
        "34", "3B", "3D", "3F", "40", "42", "44", "53", "54", "55", "57", "58", "72",
    ];

    /// <param name="keyShown">What a violated key holds is masked for nobody who sees this.</param>
    public static PostgresDiagnostic Apply(PostgresDiagnostic diagnostic, string statement, bool keyShown)
    {
        var visible = DetectedText.Copy(diagnostic);
        var trust = DiagnosticTrust.Of(diagnostic, ServerClasses);
        var names = new KnownNames(diagnostic, statement);
        visible['M'] = MessageText(diagnostic, trust, names);
        visible['H'] = trust == Trust.None || diagnostic.Hint is null ? null : trust == Trust.Whole ? diagnostic.Hint : MessageTemplate.Strip(diagnostic.Hint, names);
        visible['W'] = null;
        visible['q'] = null;
        visible['p'] = null;
        var detail = diagnostic.Detail is not null && (trust == Trust.Whole || keyShown && trust == Trust.Message) ? diagnostic.Detail : null;
        var hides = visible['M'] != diagnostic['M'] || detail != diagnostic.Detail;
        visible['D'] = detail ?? (hides ? WhyHidden : null);
        return visible;
    }

    /// <summary>Where the statement holds secrets, what its errors quote is shown only when the rest of its text says it, too.</summary>
    public static PostgresDiagnostic WithoutSecrets(PostgresDiagnostic diagnostic, string shown)
    {
        var visible = DetectedText.Copy(diagnostic);
        var trust = DiagnosticTrust.Of(diagnostic, ServerClasses) == Trust.None ? Trust.None : Trust.Wording;
        visible['M'] = MessageText(diagnostic, trust, KnownNames.In(diagnostic, shown));
        visible['D'] = diagnostic.Detail is null ? null : WhySecret;
        visible['H'] = null;
        visible['W'] = null;
        visible['q'] = null;
        visible['p'] = null;
        return visible;
    }

    private static string MessageText(PostgresDiagnostic diagnostic, Trust trust, KnownNames names) => trust switch
    {
        Trust.None => Hidden,
        Trust.Message or Trust.Whole => diagnostic.Message,
        _ => MessageTemplate.WithoutTail(MessageTemplate.Strip(diagnostic.Message, names), diagnostic.SqlState),
    };
}
