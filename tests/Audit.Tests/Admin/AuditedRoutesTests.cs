using Hoop.Testing;
using Xunit;

namespace Hoop.Audit.Tests.Admin;

public class AuditedRoutesTests(AuditRig rig)
{
    [Fact]
    public async Task Every_route_that_changes_something_is_on_record_refusals_too()
    {
        AuditedRoutes.ShouldAllBeDeclared(rig.Services);
        await AuditedRoutes.ShouldEmitWhenRefusedAsync(rig.Services, rig.As(null));
    }
}
