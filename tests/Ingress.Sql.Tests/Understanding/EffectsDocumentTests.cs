using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Understanding;

public class EffectsDocumentTests
{
    [Fact]
    public void The_page_about_effects_says_what_the_code_does()
    {
        var page = Path.Combine(Repository.Root, "docs", "effects.md");
        var now = EffectsDocument.Write();
        if (Environment.GetEnvironmentVariable("HOOP_UPDATE_DOCS") == "1") File.WriteAllText(page, now);
        (File.Exists(page) ? File.ReadAllText(page) : "").ShouldBe(now, $"docs/effects.md is not what the code says now. To write it anew: {EffectsDocument.Refresh}");
    }
}
