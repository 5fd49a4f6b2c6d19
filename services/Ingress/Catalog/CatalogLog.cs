namespace Hoop.Ingress.Catalog;

internal static partial class CatalogLog
{
    [LoggerMessage(3101, LogLevel.Information, "Catalog {Version} of target {Target}: {Relations} relations, {Functions} function names")]
    public static partial void Loaded(ILogger logger, string target, long version, int relations, int functions);

    [LoggerMessage(3102, LogLevel.Warning, "The catalog of target {Target} could not be loaded: {Reason}")]
    public static partial void Failed(ILogger logger, string target, string reason);
}
