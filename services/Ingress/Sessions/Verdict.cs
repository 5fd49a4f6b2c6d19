using Hoop.Audit.Chain;
using Hoop.Contracts.Operations;
using Hoop.Masking.Engine;
using Hoop.Policy.Engine;
using Hoop.Policy.Engine.Rules;

namespace Hoop.Ingress.Sessions;

/// <summary>What policy and masks say of an operation, and what its records say every time: good as long as the documents and the facts are the same objects.</summary>
internal sealed class Verdict(Standing standing, OperationFacts facts, Decision decision, MaskObjection? objection)
{
    // A statement that comes once costs no copy of its record.
    private const int LongestKeptText = 4096;

    private bool factsSeen;
    private byte[]? factsRecord;
    private string? lastText;
    private TextRecord? textRecord;
    private bool? hidesValues;

    internal Standing Standing => standing;
    internal OperationFacts Facts => facts;
    internal Decision Decision => decision;
    internal MaskObjection? Objection => objection;

    /// <summary>Finds what recorded text must not show; null: nothing.</summary>
    internal DetectorMask? Secrets => standing.RecordMasks.Detectors;

    /// <summary>Its events must be on the disk before anything depends on them.</summary>
    internal bool MustBeDurable => (facts.Effects & ~Effects.Read) != 0;

    /// <summary>All it does is undone with its transaction. What functions do may last (a sequence that is set), whatever their name says.</summary>
    internal bool IsUndone { get; } = facts.Understood && ((facts.Effects & ~Effects.Read) == 0
        || (facts.Effects & ~(Effects.Read | Effects.Write | Effects.MassWrite)) == 0 && facts.Accesses.All(access => access.Kind == "table"));

    /// <summary>A masked column decides, or a table that has one is written to: the statement's values would tell.</summary>
    internal bool HidesValues => hidesValues ??= standing.RecordMasks.HasColumnMasks
        && (facts.ColumnUses.Any(use => IsMasked(use.Column)) || facts.Accesses.Any(access => Writes(access.Verb) && IsMasked($"{access.Name}.*")));

    /// <summary>The statement's text, redacted.</summary>
    internal void WriteText(EventBuffer json, Operation operation)
    {
        var text = operation.ShownText;
        if (textRecord is { } known && ReferenceEquals(known.Text, text))
        {
            json.Raw(known.Json);
            return;
        }
        var start = json.Length;
        EventPayloads.WriteRedacted(json, HidesValues ? operation.HideValues?.Invoke(text) ?? "***" : text, Secrets);
        if (text.Length > LongestKeptText) return;
        // One object, so that nobody ever sees a text with another one's record.
        if (ReferenceEquals(lastText, text)) textRecord = new TextRecord(text, json.Since(start).ToArray());
        lastText = text;
    }

    /// <summary>Verbs, objects, effects, fingerprint, rules, reason and version.</summary>
    internal void WriteFacts(EventBuffer json)
    {
        if (factsRecord is { } known)
        {
            json.Raw(known);
            return;
        }
        var start = json.Length;
        json.Raw(",\"verbs\":"u8);
        json.Distinct(facts.Accesses, static access => access.Verb);
        json.Raw(",\"objects\":"u8);
        json.Distinct(facts.Accesses, static access => access.Name);
        json.Raw(",\"effects\":"u8);
        json.List(EffectNames.Of(facts.Effects));
        json.Raw(",\"fingerprint\":"u8);
        json.Text(facts.Fingerprint);
        json.Raw(",\"rules\":"u8);
        json.List(decision.Rules);
        json.Raw(",\"why\":"u8);
        json.Text(decision.Why);
        json.Raw(",\"policyVersion\":"u8);
        json.Number(standing.Snapshot.Document.Version);
        if (factsSeen) factsRecord = json.Since(start).ToArray();
        factsSeen = true;
    }

    private bool IsMasked(string column) => standing.RecordMasks.ForBaseColumn(column) is not null;

    private static bool Writes(string verb) => verb is "insert" or "update" or "merge" or "copy-from";

    private sealed record TextRecord(string Text, byte[] Json);
}
