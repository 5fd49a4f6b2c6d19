using Aspire.Hosting;

namespace Hoop.AppHost.Local.Running;

/// <summary>What the person in front of <c>./run</c> reads: few lines, each complete.</summary>
static class LocalConsole
{
    public static void Line(string text) => Console.Out.WriteLine(text);

    public static void Problem(string text) => Console.Error.WriteLine(text);

    /// <summary>An explained mistake ends the program with its line, without a stack trace.</summary>
    public static T Exit<T>(DistributedApplicationException mistake)
    {
        Problem(mistake.Message);
        Environment.Exit(1);
        throw mistake;
    }
}
