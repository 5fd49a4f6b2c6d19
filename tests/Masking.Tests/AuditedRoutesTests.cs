using Hoop.Testing;
using Xunit;

namespace Hoop.Masking.Tests;

public class AuditedRoutesTests
{
    [Fact]
    public async Task Every_route_that_changes_something_is_on_record_refusals_too()
    {
        await using var rig = await MaskingRig.StartAsync();

        AuditedRoutes.ShouldAllBeDeclared(rig.Services);
        await AuditedRoutes.ShouldEmitWhenRefusedAsync(rig.Services, rig.Anonymous());
    }
}
