using Hoop.AppHost.Local.Running;
using Shouldly;
using Xunit;

namespace Hoop.AppHost.Tests;

public class PortsTests
{
    [Fact]
    public void No_port_is_given_twice_though_nobody_listens_on_it_yet()
    {
        var given = Enumerable.Range(0, 500).Select(_ => Ports.Free()).ToList();
        given.Distinct().Count().ShouldBe(given.Count);
    }
}
