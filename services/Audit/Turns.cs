using Hoop.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hoop.Audit;

/// <summary>So many of something at once, of one principal and of all together. Who gets no turn is told so at once; nobody waits in line.</summary>
internal class Turns(string code, string what, int ofOne, int ofAll)
{
    private readonly Dictionary<string, int> taken = new(StringComparer.Ordinal);
    private int all;

    /// <summary>Null when there is none left.</summary>
    /// <param name="who">The principal's id.</param>
    public IDisposable? TryTake(string who)
    {
        lock (taken)
        {
            var own = taken.GetValueOrDefault(who);
            if (own >= ofOne || all >= ofAll)
                return null;
            (taken[who], all) = (own + 1, all + 1);
            return new Turn(this, who);
        }
    }

    /// <summary>429, and what to do about it.</summary>
    public ProblemHttpResult Refusal() =>
        Problems.Of(StatusCodes.Status429TooManyRequests, code, $"There are too many {what} at once: {ofOne} of one principal, {ofAll} of all together. Wait until one of yours has ended, or end one.");

    private void GiveBack(string who)
    {
        lock (taken)
        {
            all--;
            if (taken[who] == 1)
                taken.Remove(who);
            else
                taken[who]--;
        }
    }

    private sealed class Turn(Turns turns, string who) : IDisposable
    {
        private int given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref given, 1) == 0)
                turns.GiveBack(who);
        }
    }
}
