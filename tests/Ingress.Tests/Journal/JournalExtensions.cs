using System.Buffers;
using System.Text;
using Hoop.Audit.Chain;
using Hoop.Contracts.Audit;
using Hoop.Ingress.Journal;

namespace Hoop.Ingress.Tests.Journal;

/// <summary>Payloads and events as text, for tests that care for what is in them.</summary>
internal static class JournalExtensions
{
    internal static ValueTask AppendAsync(this SessionJournal session, string kind, string payload, Durability durability) =>
        session.AppendAsync(kind, payload, static (EventBuffer json, in string text) => json.Write(Encoding.UTF8.GetBytes(text)), durability);

    internal static long Append(this IJournal journal, JournalEvent e)
    {
        var buffer = new EventBuffer();
        buffer.Begin(e.SessionId, e.Sequence, e.Kind, e.At);
        buffer.Write(Encoding.UTF8.GetBytes(e.Payload));
        return journal.Append(buffer.End(Convert.FromHexString(e.PreviousHash)));
    }
}
