using Hoop.Ingress.Protocols.Postgres.Relay;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Tests.Protocols.Postgres.Relay;

/// <summary>The line of unanswered requests is a ring; whatever happens in whatever order, it is the plain list that its rules describe.</summary>
public sealed class ReplyQueueTests
{
    private static readonly ReplyKind[] Kinds = [ReplyKind.Query, ReplyKind.Parse, ReplyKind.Bind, ReplyKind.Execute, ReplyKind.Sync, ReplyKind.CopyEnd];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void It_keeps_the_order_of_a_plain_list(int seed)
    {
        var random = new Random(seed);
        List<string> skipped = [], skippedInList = [];
        var queue = new PostgresReplyQueue(reply => skipped.Add(reply.Name));
        var list = new PlainList(skippedInList);
        for (var step = 0; step < 20_000; step++)
        {
            // Bursts, so that it grows, wraps around and empties.
            var filling = step / 50 % 2 == 0;
            switch (random.Next(filling ? 12 : 5))
            {
                case 0 when !queue.IsEmpty: queue.Dequeue(); list.Dequeue(); break;
                case 1 when !queue.IsEmpty: queue.FailHead(); list.FailHead(); break;
                case 2 when !queue.IsEmpty && !queue.CopyingIn: queue.StartCopyIn(); list.StartCopyIn(); break;
                case 3: queue.EndCopyIn(); list.EndCopyIn(); break;
                case >= 4:
                    var reply = new PendingReply(Kinds[random.Next(Kinds.Length)]) { Name = $"{step}" };
                    queue.Enqueue(reply).ShouldBe(list.Enqueue(reply));
                    break;
            }

            queue.Count.ShouldBe(list.Count);
            queue.Skipping.ShouldBe(list.Skipping);
            queue.CopyIsOpen.ShouldBe(list.CopyIsOpen);
            if (queue.TryPeek(out var head)) head.Name.ShouldBe(list.Head);
        }

        queue.Abandon();
        list.Abandon();
        queue.DrainedAsync().IsCompleted.ShouldBeTrue();
        skipped.ShouldBe(skippedInList);
    }

    [Fact]
    public void A_failure_is_forgotten_with_the_request_that_failed()
    {
        var queue = new PostgresReplyQueue(_ => { });
        queue.Enqueue(new PendingReply(ReplyKind.Query));
        queue.Enqueue(new PendingReply(ReplyKind.Query));
        queue.MarkHeadFailed();
        queue.HeadFailed.ShouldBeTrue();
        queue.Dequeue();
        queue.HeadFailed.ShouldBeFalse();
    }

    private sealed class PlainList(List<string> skipped)
    {
        private readonly List<PendingReply> items = [];
        private bool copying, copyEnded;

        public int Count => items.Count;
        public string Head => items[0].Name;
        public bool Skipping { get; private set; }
        public bool CopyIsOpen => copying && !copyEnded;

        public bool Enqueue(PendingReply reply)
        {
            if (reply.Kind == ReplyKind.Sync)
            {
                if (CopyIsOpen) return false;
                Skipping = false;
            }
            else if (Skipping)
            {
                skipped.Add(reply.Name);
                return false;
            }
            else if (reply.Kind == ReplyKind.CopyEnd)
            {
                if (items.Count == 0) return false;
                copyEnded |= copying;
            }

            items.Add(reply);
            return true;
        }

        public void Dequeue()
        {
            items.RemoveAt(0);
            while (items is [{ Kind: ReplyKind.CopyEnd }, ..]) items.RemoveAt(0);
        }

        public void FailHead()
        {
            items.RemoveAt(0);
            var sync = items.FindIndex(reply => reply.Kind == ReplyKind.Sync);
            var passed = sync < 0 ? items.Count : sync;
            skipped.AddRange(items.Take(passed).Select(reply => reply.Name));
            items.RemoveRange(0, passed);
            Skipping = sync < 0;
        }

        public void StartCopyIn()
        {
            copying = true;
            var end = items.FindIndex(1, reply => reply.Kind == ReplyKind.CopyEnd);
            copyEnded = end >= 0;
            for (var i = (end < 0 ? items.Count : end) - 1; i > 0; i--)
            {
                if (items[i].Kind == ReplyKind.Sync) items.RemoveAt(i);
            }
        }

        public void EndCopyIn()
        {
            if (!copying) return;
            (copying, copyEnded) = (false, false);
            var end = items.Count < 2 ? -1 : items.FindIndex(1, reply => reply.Kind == ReplyKind.CopyEnd);
            if (end > 0) items.RemoveAt(end);
        }

        public void Abandon()
        {
            skipped.AddRange(items.Select(reply => reply.Name));
            items.Clear();
        }
    }
}
