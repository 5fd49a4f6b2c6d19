using Xunit;

[assembly: AssemblyFixture(typeof(Hoop.EndToEnd.Tests.Support.DemoSystem))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Hoop.EndToEnd.Tests.Support;

/// <summary>The demo, started once for all tests that leave it running.</summary>
public sealed class DemoSystem : HoopSystem, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await StartAsync();
}
