namespace Hoop.ServiceDefaults.ObjectStorage;

/// <summary>Headers of a locked object: sent with a put, and told with a get.</summary>
internal static class S3Headers
{
    public const string LockMode = "x-amz-object-lock-mode";
    public const string LockedUntil = "x-amz-object-lock-retain-until-date";
}
