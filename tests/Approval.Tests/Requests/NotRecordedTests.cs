using Hoop.Approval.Http;
using Hoop.Approval.Requests;
using Hoop.ServiceDefaults.Auditing;
using Hoop.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using static Hoop.Approval.Tests.Rigs.Samples;

namespace Hoop.Approval.Tests.Requests;

/// <summary>What can not be put on record is not done, and says so.</summary>
public sealed class NotRecordedTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("hoop-admin-").FullName;

    [Fact]
    public async Task On_a_full_disk_a_vote_is_not_cast_and_is_told_why()
    {
        using var journal = new AdminJournal(directory);
        var record = new OnRecord(new AdminAudit("approval", journal, TimeProvider.System), NullLogger<OnRecord>.Instance);
        FullDisk.Under(Directory.GetFiles(directory).Single());

        // Without a bus: it would not get that far.
        var vote = await new Voting(null!, record, null!, TimeProvider.System, NullLogger<Voting>.Instance).CastAsync(Guid.NewGuid(), Bea, approve: true, null, CancellationToken.None);
        var withdrawal = await new Requesting(null!, record, NullLogger<Requesting>.Instance).WithdrawAsync(Guid.NewGuid(), Agent, null, CancellationToken.None);

        (vote.Code, withdrawal.Code).ShouldBe(("not-recorded", "not-recorded"));
        vote.Message.ShouldContain("not done");
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);
}
