using Shouldly;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>What the demo's masks must never let out.</summary>
internal static class Leaks
{
    /// <summary>No SSN, card number or e-mail address in the text.</summary>
    internal static void ShouldHaveNone(string text)
    {
        text.ShouldNotMatch(@"\d{3}-\d{2}-\d{4}");
        text.ShouldNotMatch(@"\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}\b");
        text.ShouldNotMatch(@"[\w.+-]+@[\w-]+\.\w+");
    }
}
