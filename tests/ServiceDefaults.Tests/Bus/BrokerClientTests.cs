using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using MassTransit;
using Shouldly;
using Xunit;

namespace Hoop.ServiceDefaults.Tests.Bus;

/// <summary>The broker's client is older than the one that MassTransit was built with: see decision 21.</summary>
public class BrokerClientTests
{
    [Fact]
    public void Has_everything_that_MassTransit_calls()
    {
        var transport = typeof(RabbitMqBusFactoryConfiguratorExtensions).Assembly;
        using var file = new PEReader(File.OpenRead(transport.Location));
        var metadata = file.GetMetadataReader();
        var used = metadata.MemberReferences.Where(handle => IsOfClient(metadata, metadata.GetMemberReference(handle).Parent)).ToList();
        used.Count.ShouldBeGreaterThan(100);
        var missing = used.Where(handle => !Resolves(transport.ManifestModule, TokenOf(handle))).Select(handle => metadata.GetString(metadata.GetMemberReference(handle).Name));
        missing.ShouldBeEmpty();
    }

    private static int TokenOf(MemberReferenceHandle handle) => System.Reflection.Metadata.Ecma335.MetadataTokens.GetToken(handle);

    private static bool Resolves(Module module, int token)
    {
        try
        {
            return module.ResolveMember(token) is not null;
        }
        catch (Exception e) when (e is MissingMemberException or TypeLoadException)
        {
            return false;
        }
    }

    private static bool IsOfClient(MetadataReader metadata, EntityHandle parent) =>
        parent.Kind == HandleKind.TypeReference
        && metadata.GetTypeReference((TypeReferenceHandle)parent).ResolutionScope is { Kind: HandleKind.AssemblyReference } scope
        && metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name) == "RabbitMQ.Client";
}
