using System.Buffers.Binary;
using System.IO.Compression;
using Hoop.Audit.Chain.Archives;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests.Archives;

/// <summary>What one program unpacks from an export, every program does: a zip that could be read in two ways is refused.</summary>
public class ArchiveLayoutTests
{
    private const string Report = "report.html";
    private static readonly byte[] Added = "<h1>bea approved everything</h1>"u8.ToArray();

    [Fact]
    public async Task What_the_writer_makes_is_accepted() => (await ArchiveRig.ProblemsAsync(await ArchiveRig.ExportAsync())).ShouldBeEmpty();

    [Fact]
    public async Task An_empty_file_is_accepted() => (await ArchiveRig.ProblemsAsync(await ArchiveRig.ExportAsync(statements: ""))).ShouldBeEmpty();

    [Fact]
    public async Task What_is_taken_apart_and_put_together_again_is_the_same()
    {
        var zip = await ArchiveRig.ExportAsync();
        RawZip.Read(zip).ToBytes().ShouldBe(zip);
    }

    [Fact]
    public async Task A_file_that_goes_on_behind_the_length_that_its_headers_say_is_found()
    {
        var (zip, plain) = await OpenAsync();
        zip[Report].Replace(RawZip.Deflate([.. plain, .. Added]));
        zip[Report].SetCrc(CrcOf([.. plain, .. Added]));

        (await ArchiveRig.ProblemsAsync(zip.ToBytes())).ShouldBe([$"{Report} was changed: it has more than the {plain.Length} bytes that its header says"]);
    }

    [Fact]
    public async Task A_length_that_only_one_header_says_is_found()
    {
        var (zip, plain) = await OpenAsync();
        zip[Report].Replace(RawZip.Deflate([.. plain, .. Added]));
        zip[Report].SetCrc(CrcOf([.. plain, .. Added]));
        zip[Report].Local[22] += (byte)Added.Length;

        (await ArchiveRig.ProblemsAsync(zip.ToBytes())).ShouldHaveSingleItem().ShouldMatch($"{Report} was changed: the header before it .* does not say what the archive's directory says");
    }

    [Fact]
    public async Task A_checksum_that_is_not_the_contents_is_found()
    {
        var (zip, _) = await OpenAsync();
        zip[Report].SetCrc(7);

        (await ArchiveRig.ProblemsAsync(zip.ToBytes())).ShouldBe([$"{Report} was changed: its checksum is not the one in its header"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5000)]
    public async Task Bytes_behind_the_end_of_the_compressed_data_are_found(int count)
    {
        var (zip, _) = await OpenAsync();
        zip[Report].Replace([.. zip[Report].Data, .. new byte[count]]);

        (await ArchiveRig.ProblemsAsync(zip.ToBytes())).ShouldBe([$"{Report} was changed: its compressed data does not end where its header says"]);
    }

    [Fact]
    public async Task Compressed_data_without_its_end_is_found()
    {
        for (var cut = 1; cut < 8; cut++)
        {
            var (zip, _) = await OpenAsync();
            zip[Report].Replace(zip[Report].Data[..^cut]);
            (await ArchiveRig.ProblemsAsync(zip.ToBytes())).ShouldHaveSingleItem().ShouldStartWith($"{Report} was changed: ");
        }
    }

    [Fact]
    public async Task Data_that_never_ends_is_found_although_it_gives_all_bytes()
    {
        var (zip, plain) = await OpenAsync();
        // A stored block that is not the last, and nothing behind it.
        zip[Report].Replace([0, (byte)plain.Length, (byte)(plain.Length >> 8), (byte)~plain.Length, (byte)(~plain.Length >> 8), .. plain]);

        (await ArchiveRig.ProblemsAsync(zip.ToBytes())).ShouldHaveSingleItem().ShouldMatch("does not end where its header says|can not be read");
    }

    [Fact]
    public async Task Nothing_may_stand_where_no_file_is()
    {
        var evil = "PK\u0003\u0004 hidden"u8.ToArray();
        await ShouldSayAsync(zip => zip.Before = evil, $"{evil.Length} bytes were added before sessions/s1.jsonl: no entry of the archive has bytes 0 to {evil.Length - 1}");
        await ShouldSayAsync(zip => zip[Report].Behind = evil, $"{evil.Length} bytes were added before manifest.json");
        await ShouldSayAsync(zip => zip.BeforeDirectory = evil, $"{evil.Length} bytes were added before the archive's directory");
        await ShouldSayAsync(zip => zip.Comment = evil, $"{evil.Length} bytes were added behind the end of the archive");
        await ShouldSayAsync(zip => zip.Behind = evil, $"{evil.Length} bytes were added behind the end of the archive");
        (await ArchiveRig.ProblemsAsync([.. evil, .. await ArchiveRig.ExportAsync()])).ShouldHaveSingleItem().ShouldStartWith("the end of the archive was changed");
    }

    [Fact]
    public async Task An_edit_with_an_ordinary_program_is_named_by_its_file()
    {
        using var file = new MemoryStream();
        file.Write(await ArchiveRig.ExportAsync());
        await using (var zip = new ZipArchive(file, ZipArchiveMode.Update, leaveOpen: true))
        {
            await using var stream = await zip.GetEntry("policies/7.yaml")!.OpenAsync();
            stream.SetLength(0);
            await stream.WriteAsync("version: 1"u8.ToArray());
        }

        (await ArchiveRig.ProblemsAsync(file.ToArray())).ShouldBe(["policies/7.yaml was changed: its hash is not the one in the manifest"]);
    }

    [Fact]
    public async Task Two_files_of_one_name_or_in_one_place_are_found()
    {
        var inside = await ArchiveRig.ExportAsync();
        BinaryPrimitives.WriteUInt32LittleEndian(inside.AsSpan(inside.Length - 22 - "manifest.sig".Length - 4), 0);
        (await ArchiveRig.ProblemsAsync(inside)).ShouldBe(["manifest.sig was changed: it begins at byte 0, inside what stands before it"]);
        var files = ArchiveRig.Unpack(await ArchiveRig.ExportAsync());
        (await ArchiveRig.ProblemsAsync(ArchiveRig.Pack([.. files, new(Report, Added)]))).ShouldBe([$"{Report} was added: it is there 2 times"]);
    }

    /// <summary>In both headers: made for encryption, lengths behind the data, another compression, another kind of file, a higher version.</summary>
    [Theory]
    [InlineData(6, 8, 0x01)]
    [InlineData(6, 8, 0x08)]
    [InlineData(7, 9, 0x20)]
    [InlineData(8, 10, 12)]
    [InlineData(-1, 41, 0xA1)]
    [InlineData(-1, 36, 1)]
    [InlineData(4, 6, 63)]
    [InlineData(-1, 34, 1)]
    public async Task A_header_that_asks_for_anything_special_is_found(int local, int central, byte value)
    {
        await ShouldSayAsync(
            zip =>
            {
                if (local >= 0)
                    zip[Report].Local[local] = value;
                zip[Report].Central[central] = value;
            },
            $"{Report} was changed: its entry in the archive's directory is not one as Hoop writes it");
    }

    [Fact]
    public async Task Names_that_leave_the_folder_are_not_unpacked_by_anybody()
    {
        foreach (var name in new[] { "../x", "a//x", "/x", "a/./x", "c:x", @"a\x", "a\u0007x" })
            (await ArchiveRig.ProblemsAsync(ArchiveRig.Pack([.. ArchiveRig.Unpack(await ArchiveRig.ExportAsync()), new(name, Added)])))
                .ShouldHaveSingleItem().ShouldContain("is not one as Hoop writes it");
    }

    [Fact]
    public async Task Any_byte_may_change_and_is_found_unless_every_file_is_what_it_was()
    {
        var zip = await ArchiveRig.ExportAsync();
        var files = ArchiveRig.Unpack(zip);
        var random = new Random(6962);
        for (var at = 0; at < zip.Length; at++)
        {
            var edited = zip.ToArray();
            edited[at] ^= (byte)random.Next(1, 256);
            // The last bits of compressed data mean nothing.
            if ((await ArchiveRig.ProblemsAsync(edited)).Count == 0)
                ArchiveRig.Unpack(edited).ShouldAllBe(file => Convert.ToHexString(file.Value) == Convert.ToHexString(files[file.Key]), $"byte {at}");
        }
    }

    [Fact]
    public async Task More_files_than_the_old_format_counts_are_read()
    {
        using var file = new MemoryStream();
        await using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            var writer = new ArchiveWriter(zip);
            for (var i = 0; i < 66_000; i++)
                await writer.AddAsync($"contents/s1/{i}", [], CompressionLevel.NoCompression, CancellationToken.None);
        }

        (await StrictZip.ReadAsync(file, CancellationToken.None)).Files.Count.ShouldBe(66_000);
    }

    [Fact]
    public async Task What_is_no_zip_is_said_in_one_line()
    {
        foreach (var bytes in new byte[][] { [], [1, 2, 3], [.. "PK\u0005\u0006"u8], new byte[100], [.. "PK\u0005\u0006"u8, .. Enumerable.Repeat((byte)0xFF, 16), 0, 0], (await ArchiveRig.ExportAsync())[..^5] })
            (await ArchiveRig.ProblemsAsync(bytes)).ShouldHaveSingleItem().ShouldMatch("archive");
    }

    private static async Task<(RawZip Zip, byte[] Report)> OpenAsync()
    {
        var zip = await ArchiveRig.ExportAsync();
        return (RawZip.Read(zip), ArchiveRig.Unpack(zip)[Report]);
    }

    private static async Task ShouldSayAsync(Action<RawZip> edit, string expected)
    {
        var (zip, _) = await OpenAsync();
        edit(zip);
        (await ArchiveRig.ProblemsAsync(zip.ToBytes())).ShouldHaveSingleItem().ShouldStartWith(expected);
    }

    private static uint CrcOf(byte[] bytes) => Crc32.Append(0, bytes);
}
