namespace Hoop.Approval.Portal.Parts;

/// <summary>What the browser brought back from a passkey.</summary>
/// <param name="Proof">To go with a vote; null: there is none.</param>
/// <param name="Problem">One line for the person; null: it went well.</param>
internal sealed record PasskeyAnswer(string? Proof, string? Problem);
