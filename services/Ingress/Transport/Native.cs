using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Hoop.Ingress.Transport;

/// <summary>The calls of Linux that .NET does not offer: readiness of many sockets on one thread, and reads and writes that never wait.</summary>
internal static unsafe partial class Native
{
    internal const int Interrupted = 4, Again = 11, NoMemory = 12, TooManyFilesInSystem = 23, TooManyFiles = 24, Aborted = 103, NoBuffers = 105, InProgress = 115;

    /// <summary>Bits of an epoll event.</summary>
    internal const uint In = 1, Out = 4, Error = 8, HangUp = 0x10, PeerClosed = 0x2000, EdgeTriggered = 1u << 31;

    internal const int Add = 1, Delete = 2;
    internal const int CloseOnExec = 0x80000, NonBlocking = 0x800, NoSignal = 0x4000;

    /// <summary>Bytes of struct epoll_event, and where its data is: packed on x86-64 only.</summary>
    internal static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    internal static readonly int EventData = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    /// <returns>Bytes received, 0 at the end; or -1 and the error.</returns>
    internal static int Receive(int socket, Span<byte> into, out int error)
    {
        nint count;
        do
        {
            fixed (byte* bytes = into) count = Receive(socket, bytes, (nuint)into.Length, 0);
            error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Interrupted);
        return (int)count;
    }

    /// <returns>Bytes that the kernel took; or -1 and the error.</returns>
    internal static int Send(int socket, ReadOnlySpan<byte> from, out int error)
    {
        nint count;
        do
        {
            fixed (byte* bytes = from) count = Send(socket, bytes, (nuint)from.Length, NoSignal);
            error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Interrupted);
        return (int)count;
    }

    internal static SocketError SocketErrorOf(int error) => error switch
    {
        101 => SocketError.NetworkUnreachable,
        110 => SocketError.TimedOut,
        111 => SocketError.ConnectionRefused,
        113 => SocketError.HostUnreachable,
        _ => SocketError.SocketError,
    };

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    internal static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    internal static partial int EpollControl(int epoll, int operation, int descriptor, byte* epollEvent);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    internal static partial int EpollWait(int epoll, byte* events, int count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    internal static partial int Accept(int socket, void* address, void* length, int flags);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    internal static partial int Connect(int socket, byte* address, int length);
}
