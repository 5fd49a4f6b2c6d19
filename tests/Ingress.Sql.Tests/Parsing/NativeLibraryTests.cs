using System.Text.RegularExpressions;
using Hoop.Ingress.Sql.Parsing;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Parsing;

public class NativeLibraryTests
{
    [Fact]
    public void The_module_s_minified_names_are_the_ones_the_shim_was_written_for()
    {
        var local = Path.GetDirectoryName(PgParserNative.Find(AppContext.BaseDirectory, null)).ShouldNotBeNull();
        var script = File.ReadAllText(Path.Combine(local, "libpg-query.js"));
        var native = Path.Combine(local, "..", "..", "native");
        var names = File.ReadLines(Path.Combine(native, "names.txt")).Where(l => !l.StartsWith('#')).Select(l => l.Split(' ')).ToArray();
        var shim = File.ReadAllText(Path.Combine(native, "shim.c"));

        names.Length.ShouldBe(33);
        foreach (var name in names)
            if (name[0] == "export")
            {
                Regex.IsMatch(script, $"[;{{]{name[2]}=(Module\\[\"{name[2]}\"\\]=)?wasmExports\\[\"{name[1]}\"\\]").ShouldBeTrue(name[2]);
            }
            else
            {
                (script.Contains($"{{{name[1]}:{name[2]}") || script.Contains($",{name[1]}:{name[2]}")).ShouldBeTrue(name[2]);
                (shim.Contains($"Z_aZ_{name[1]}(") || shim.Contains($"INVOKE({name[1]},")).ShouldBeTrue(name[2]);
            }
    }

    [Fact]
    public void A_missing_library_is_not_found_elsewhere() =>
        PgParserNative.Find(AppContext.BaseDirectory, Path.GetTempPath()).ShouldBeNull();
}
