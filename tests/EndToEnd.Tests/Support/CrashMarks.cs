using Hoop.Testing;
using Npgsql;

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>A table whose rows say which statement made them, looked at beside Hoop.</summary>
internal sealed class CrashMarks : IAsyncDisposable
{
    private readonly NpgsqlConnection target;

    private CrashMarks(NpgsqlConnection target, string script) => (this.target, Script) = (target, script);

    /// <summary>For pgbench: each transaction is one row that there is only once.</summary>
    public string Script { get; }

    public static async Task<CrashMarks> CreateAsync(HoopSystem system)
    {
        var settings = new RunningProcess(system.PidOf("ingress")).Environment;
        var address = settings["SHOP_ADDRESS"]!.Split(':');
        var target = new NpgsqlConnection($"Host={address[0]};Port={address[1]};Database=shop;Username=shop_app;Password={settings["SHOP_PASSWORD"]};Pooling=false;SSL Mode=Disable");
        await target.OpenAsync();
        var marks = new CrashMarks(target, Path.GetTempFileName());
        await File.WriteAllTextAsync(marks.Script, "\\set n :n + 1\ninsert into crash_marks values (:run, :client_id, :n);\n");
        // No key: a statement that ran twice is to be seen.
        await marks.ExecuteAsync("create table crash_marks (run int, client int, n int)");
        return marks;
    }

    /// <summary>Waits until so many rows more are there than now.</summary>
    public async Task GrowAsync(int by, Command load)
    {
        var goal = await CountAsync() + by;
        await Eventually.SeenAsync(CountAsync, count => load.HasExited ? throw new InvalidOperationException($"The load ended:\n{load.Seen}") : count >= goal, what: $"{goal} marks");
    }

    public async Task<List<string>> ReadAsync()
    {
        await using var command = new NpgsqlCommand("select run || ', ' || client || ', ' || n from crash_marks", target);
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync()) found.Add(reader.GetString(0));
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync("drop table crash_marks");
        await target.DisposeAsync();
        File.Delete(Script);
    }

    private async Task<long> CountAsync()
    {
        await using var command = new NpgsqlCommand("select count(*) from crash_marks", target);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, target);
        await command.ExecuteNonQueryAsync();
    }
}
