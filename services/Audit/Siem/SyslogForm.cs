using System.Buffers;
using System.Globalization;
using System.Text;
using Hoop.Contracts.Audit;

namespace Hoop.Audit.Siem;

/// <summary>RFC 5424 messages, counted in octets (RFC 6587, 3.4.1): facility 13 (log audit), the event as JSON in the text.</summary>
internal static class SyslogForm
{
    private const int LogAudit = 13 * 8, Warning = 4, Informational = 6;

    public static void Write(JournalEvent e, IBufferWriter<byte> output)
    {
        var message = new ArrayBufferWriter<byte>(1024);
        var head = string.Create(CultureInfo.InvariantCulture,
            $"<{LogAudit + (JsonForm.IsWarning(e) ? Warning : Informational)}>1 {e.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'} {Name(Environment.MachineName, 255)} hoop - {Name(e.Kind, 32)} [hoop@32473 session=\"{Value(e.SessionId)}\" sequence=\"{e.Sequence}\"] ");
        Encoding.UTF8.GetBytes(head, message);
        // The byte order mark says that the text is UTF-8.
        message.Write("\uFEFF"u8);
        JsonForm.Write(e, message);
        Encoding.ASCII.GetBytes(message.WrittenCount.ToString(CultureInfo.InvariantCulture) + " ", output);
        output.Write(message.WrittenSpan);
    }

    private static string Name(string text, int longest)
    {
        var name = string.Concat(text.Take(longest).Select(c => c is > ' ' and < '\x7f' ? c : '_'));
        return name.Length == 0 ? "-" : name;
    }

    private static string Value(string text) => text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("]", "\\]");
}
