namespace Hoop.Ingress.Catalog;

/// <summary>The target's names are not known well enough to judge a statement.</summary>
internal sealed class CatalogUnavailableException(string target, string reason, Exception? inner = null) : Exception(
    $"The names of target \"{target}\" could not be read ({reason}), so statements cannot be judged: try again in a moment, or ask an administrator to check the target.", inner);
