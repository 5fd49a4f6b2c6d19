using Hoop.Policy.ConfigFile;
using Shouldly;
using Xunit;

namespace Hoop.Policy.Tests.ConfigFile;

public sealed class WatchedFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("hoop-watched-");

    private string FilePath => Path.Combine(_directory.FullName, "hoop.yaml");

    public void Dispose() => _directory.Delete(recursive: true);

    private WatchedFile Taken(string text)
    {
        File.WriteAllText(FilePath, text);
        var file = new WatchedFile(FilePath);
        file.Take();
        return file;
    }

    [Fact]
    public void A_file_that_does_not_change_is_left_alone()
    {
        var file = Taken("a");
        for (var look = 0; look < 3; look++) file.HasSettled().ShouldBeFalse();
    }

    [Fact]
    public void A_file_that_is_still_being_written_is_not_taken()
    {
        var file = Taken("a");
        for (var part = 0; part < 3; part++)
        {
            File.AppendAllText(FilePath, "b");
            file.HasSettled().ShouldBeFalse();
        }
        file.HasSettled().ShouldBeTrue();
        file.Take();
        file.HasSettled().ShouldBeFalse();
    }

    [Fact]
    public void A_file_that_goes_away_and_comes_back_is_noticed()
    {
        var file = Taken("a");
        File.Delete(FilePath);
        file.HasSettled().ShouldBeFalse();
        file.HasSettled().ShouldBeTrue();
        file.Take();
        File.WriteAllText(FilePath, "a");
        file.HasSettled().ShouldBeFalse();
        file.HasSettled().ShouldBeTrue();
    }

    [Fact]
    public void What_could_not_be_loaded_is_tried_again()
    {
        var file = Taken("a");
        file.HasSettled().ShouldBeFalse();
        file.Retry();
        file.HasSettled().ShouldBeTrue();
    }
}
