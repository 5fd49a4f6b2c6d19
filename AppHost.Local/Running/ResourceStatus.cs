namespace Hoop.AppHost.Local.Running;

enum RunState { Waiting, Starting, Running, Healthy, Restarting, Failed, Stopped }

/// <param name="Detail">Why, for people: what is waited for, how it ended.</param>
sealed record ResourceStatus(RunState State, string Detail, int? ProcessId, int Restarts);
