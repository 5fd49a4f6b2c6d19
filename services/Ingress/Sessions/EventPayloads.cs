using System.Buffers;
using System.Text;
using Hoop.Audit.Chain;
using Hoop.Contracts.Approvals;
using Hoop.Contracts.Audit;
using Hoop.Contracts.Identity;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Sessions;

/// <summary>Payloads of <see cref="JournalEvent"/>, as docs/audit.md lists them.</summary>
internal static class EventPayloads
{
    /// <param name="Refusal">Why it was refused, for <see cref="EventKinds.SessionRefused"/>.</param>
    internal sealed record Start(Principal Principal, string Target, string Protocol, ClientInfo Client, long PolicyVersion, string IngressId, string? Refusal = null);

    internal readonly record struct Decided(long OperationId, Operation Operation, string Outcome, Verdict Verdict, Guid? RequestId = null, DateTimeOffset? ExpiresAt = null, Guid? GrantId = null);

    internal readonly record struct Resolved(long OperationId, Guid RequestId, string Outcome, IReadOnlyList<string> DecidedBy, string? Reason);

    internal readonly record struct Completed(Permit Permit, OperationResult Result);

    /// <param name="OperationId">Null: it belongs to none.</param>
    internal readonly record struct Noticed(long? OperationId, SessionNotice Notice);

    internal static void SessionStarted(EventBuffer json, in Start start)
    {
        var principal = start.Principal;
        json.Raw("{\"principal\":{\"issuer\":"u8);
        json.Text(principal.Issuer);
        json.Raw(",\"subject\":"u8);
        json.Text(principal.Subject);
        json.Raw(",\"name\":"u8);
        json.Text(principal.Name);
        json.Raw(",\"kind\":"u8);
        json.Text(principal.Kind);
        json.Raw(",\"groups\":"u8);
        json.List(principal.Groups);
        json.Raw(",\"actors\":"u8);
        json.List(principal.Actors);
        json.Raw("},\"target\":"u8);
        json.Text(start.Target);
        json.Raw(",\"protocol\":"u8);
        json.Text(start.Protocol);
        json.Raw(",\"client\":{\"address\":"u8);
        json.Text(start.Client.Address);
        json.Raw(",\"encrypted\":"u8);
        json.Bool(start.Client.Encrypted);
        json.Raw(",\"driver\":"u8);
        json.Text(start.Client.Driver);
        json.Raw("},\"policyVersion\":"u8);
        json.Number(start.PolicyVersion);
        json.Raw(",\"ingress\":"u8);
        json.Text(start.IngressId);
        if (start.Refusal is not null)
        {
            json.Raw(",\"cause\":"u8);
            json.Text(start.Refusal);
        }
        json.Raw("}"u8);
    }

    internal static void OperationDecided(EventBuffer json, in Decided decided)
    {
        var (operation, verdict) = (decided.Operation, decided.Verdict);
        json.Raw("{\"operation\":"u8);
        json.Number(decided.OperationId);
        json.Raw(",\"outcome\":"u8);
        json.Text(decided.Outcome);
        json.Raw(",\"text\":"u8);
        verdict.WriteText(json, operation);
        json.Raw(",\"bindValues\":["u8);
        WriteValues(json, operation, verdict);
        json.Raw("]"u8);
        verdict.WriteFacts(json);
        if (operation.Justification is { } said) WriteJustification(json, said, verdict);
        if (decided.RequestId is { } request)
        {
            json.Raw(",\"requestId\":"u8);
            json.Text(request.ToString());
        }
        if (decided.GrantId is { } grant)
        {
            json.Raw(",\"grantId\":"u8);
            json.Text(grant.ToString());
        }
        if (decided.ExpiresAt is { } expiry)
        {
            json.Raw(",\"expiresAt\":"u8);
            json.Text(expiry.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz", System.Globalization.CultureInfo.InvariantCulture));
        }
        json.Raw("}"u8);
    }

    internal static void HoldResolved(EventBuffer json, in Resolved resolved)
    {
        json.Raw("{\"operation\":"u8);
        json.Number(resolved.OperationId);
        json.Raw(",\"requestId\":"u8);
        json.Text(resolved.RequestId.ToString());
        json.Raw(",\"outcome\":"u8);
        json.Text(resolved.Outcome);
        json.Raw(",\"decidedBy\":"u8);
        json.List(resolved.DecidedBy);
        json.Raw(",\"reason\":"u8);
        json.Text(resolved.Reason);
        json.Raw("}"u8);
    }

    internal static void OperationCompleted(EventBuffer json, in Completed completed)
    {
        var result = completed.Result;
        json.Raw("{\"operation\":"u8);
        json.Number(completed.Permit.OperationId);
        json.Raw(",\"succeeded\":"u8);
        json.Bool(result.Succeeded);
        json.Raw(",\"status\":"u8);
        json.Text(result.Status);
        if (result.Detail is not null)
        {
            json.Raw(",\"detail\":"u8);
            json.Text(result.Detail);
        }
        if (result.Hint is not null)
        {
            json.Raw(",\"hint\":"u8);
            json.Text(result.Hint);
        }
        if (result.Columns.Count > 0) WriteColumns(json, result.Columns, completed.Permit);
        if (result.Rows is { } rows)
        {
            json.Raw(",\"rows\":"u8);
            json.Number(rows);
        }
        json.Raw(",\"bytes\":"u8);
        json.Number(result.Bytes);
        json.Raw(",\"durationMs\":"u8);
        json.Milliseconds(result.Duration);
        if (result.MaskedColumns.Count > 0)
        {
            json.Raw(",\"maskedColumns\":"u8);
            json.List(result.MaskedColumns);
        }
        json.Raw("}"u8);
    }

    internal static void OperationNotice(EventBuffer json, in Noticed noticed)
    {
        var notice = noticed.Notice;
        json.Raw("{"u8);
        if (noticed.OperationId is { } operation)
        {
            json.Raw("\"operation\":"u8);
            json.Number(operation);
            json.Raw(","u8);
        }
        json.Raw("\"severity\":"u8);
        json.Text(notice.Severity);
        json.Raw(",\"code\":"u8);
        json.Text(notice.Code);
        json.Raw(",\"message\":"u8);
        json.Text(notice.Message);
        json.Raw(",\"detail\":"u8);
        json.Text(notice.Detail);
        json.Raw(",\"hint\":"u8);
        json.Text(notice.Hint);
        if (notice.Last) json.Raw(",\"last\":true"u8);
        json.Raw("}"u8);
    }

    internal static void SessionKilled(EventBuffer json, in SessionKill kill)
    {
        json.Raw("{\"by\":"u8);
        json.Text(kill.By);
        json.Raw(",\"byId\":"u8);
        json.Text(kill.ById);
        json.Raw(",\"reason\":"u8);
        json.Text(kill.Reason);
        json.Raw("}"u8);
    }

    internal static void SessionEnded(EventBuffer json, in string cause)
    {
        json.Raw("{\"cause\":"u8);
        json.Text(cause);
        json.Raw("}"u8);
    }

    /// <summary>Recordings hold no secret that a detector of the target knows, whoever asked.</summary>
    internal static void WriteRedacted(EventBuffer json, string? text, DetectorMask? secrets)
    {
        if (text is null || secrets is null)
        {
            json.Text(text);
            return;
        }
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var plain = utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8));
        if (secrets.Finds(plain))
        {
            var redacted = new ArrayBufferWriter<byte>(plain.Length);
            secrets.TryRewrite(plain, redacted);
            json.Text(redacted.WrittenSpan);
        }
        else
        {
            json.Text(plain);
        }
        ArrayPool<byte>.Shared.Return(utf8);
    }

    private static void WriteJustification(EventBuffer json, Justification said, Verdict verdict)
    {
        json.Raw(",\"justification\":{\"reason\":"u8);
        WriteRedacted(json, said.Reason, verdict.Secrets);
        json.Raw(",\"ticket\":"u8);
        WriteRedacted(json, said.Ticket, verdict.Secrets);
        json.Raw(",\"emergency\":"u8);
        json.Bool(said.Emergency);
        json.Raw("}"u8);
    }

    private static void WriteColumns(EventBuffer json, IReadOnlyList<string> columns, Permit permit)
    {
        json.Raw(",\"columns\":["u8);
        for (var i = 0; i < columns.Count; i++)
        {
            if (i > 0) json.Raw(","u8);
            WriteRedacted(json, columns[i], permit.Standing?.RecordMasks.Detectors);
        }
        json.Raw("]"u8);
    }

    private static void WriteValues(EventBuffer json, Operation operation, Verdict verdict)
    {
        var values = operation.BindValues;
        if (values.Count == 0) return;
        // Which of them is compared with the masked column is not known, so none is recorded.
        var hidden = verdict.HidesValues;
        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0) json.Raw(","u8);
            if ((hidden || operation.Secrets?.IsValue(i) == true) && values[i] is not null) json.Raw("\"***\""u8);
            else WriteRedacted(json, values[i], verdict.Secrets);
        }
    }
}
