using System.Reflection;
using System.Runtime.InteropServices;

namespace Hoop.Ingress.Sql.Parsing;

/// <summary>The native library that <c>native/build</c> makes; see <c>native/shim.c</c>.</summary>
static unsafe partial class PgParserNative
{
    const string Library = "hoop_pgquery";
    const string FileName = "libhoop_pgquery.so";

    static PgParserNative() => NativeLibrary.SetDllImportResolver(typeof(PgParserNative).Assembly, Resolve);

    [LibraryImport(Library, EntryPoint = "hoop_pgquery_new")]
    public static partial nint New();

    [LibraryImport(Library, EntryPoint = "hoop_pgquery_free")]
    public static partial void Free(nint instance);

    [LibraryImport(Library, EntryPoint = "hoop_pgquery_parse")]
    public static partial int Parse(nint instance, byte* sql, uint length, out byte* text, out uint textLength, out int cursor);

    [LibraryImport(Library, EntryPoint = "hoop_pgquery_parse_plpgsql")]
    public static partial int ParsePlpgsql(nint instance, byte* sql, uint length, out byte* text, out uint textLength);

    [LibraryImport(Library, EntryPoint = "hoop_pgquery_release")]
    public static partial int Release(nint instance);

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return 0;
        var file = Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable("HOOP_NATIVE_DIR"))
            ?? throw new PgParserMissingException($"The SQL parser ({FileName}) is not built: run ./run, or native/build, once in the repository.");
        return NativeLibrary.Load(file);
    }

    /// <summary><c>HOOP_NATIVE_DIR</c>, else beside the assembly, else the nearest <c>.local/native</c> upwards.</summary>
    internal static string? Find(string baseDirectory, string? configured)
    {
        if (!string.IsNullOrEmpty(configured)) return Existing(configured);
        if (Existing(baseDirectory) is { } beside) return beside;
        for (var d = new DirectoryInfo(baseDirectory); d is not null; d = d.Parent)
            if (Existing(Path.Combine(d.FullName, ".local", "native")) is { } file) return file;
        return null;
    }

    static string? Existing(string directory) => Path.Combine(directory, FileName) is var file && File.Exists(file) ? file : null;
}
