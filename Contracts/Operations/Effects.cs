namespace Hoop.Contracts.Operations;

/// <summary>What an operation does to the world beyond naming its objects. Computed from the parsed operation, never from text.</summary>
[Flags]
public enum Effects
{
    None = 0,
    /// <summary>Reads data (<c>read</c>).</summary>
    Read = 1 << 0,
    /// <summary>Inserts, changes or removes rows (<c>write</c>).</summary>
    Write = 1 << 1,
    /// <summary>UPDATE or DELETE without WHERE, or with one that is always true (<c>mass-write</c>).</summary>
    MassWrite = 1 << 2,
    /// <summary>Creates or alters schema objects (<c>ddl</c>).</summary>
    Ddl = 1 << 3,
    /// <summary>Removes objects or all rows: DROP, TRUNCATE (<c>destructive</c>).</summary>
    Destructive = 1 << 4,
    /// <summary>Changes rights or roles: GRANT, REVOKE, CREATE ROLE, ALTER … OWNER, SECURITY DEFINER (<c>privilege</c>).</summary>
    Privilege = 1 << 5,
    /// <summary>Runs a program or loads code: COPY … PROGRAM, LOAD, CREATE EXTENSION, CREATE FUNCTION in an untrusted language (<c>code-exec</c>).</summary>
    CodeExec = 1 << 6,
    /// <summary>Reads or writes the server's files: COPY … 'file', lo_import, pg_read_file (<c>file-access</c>).</summary>
    FileAccess = 1 << 7,
    /// <summary>Reaches out over the network: dblink, foreign servers, subscriptions (<c>network</c>).</summary>
    Network = 1 << 8,
    /// <summary>Changes who or what the session is: SET ROLE, set_config, search_path, row_security (<c>session</c>).</summary>
    Session = 1 << 9,
    /// <summary>Runs text built at run time: DO, query_to_xml, EXECUTE of a built string (<c>dynamic</c>).</summary>
    Dynamic = 1 << 10,
    /// <summary>Calls something whose effects are not known, or was not understood (<c>unknown</c>).</summary>
    Unknown = 1 << 11,
    /// <summary>Takes explicit or advisory locks, or touches other sessions: LOCK, pg_advisory_lock, pg_terminate_backend (<c>lock</c>).</summary>
    Lock = 1 << 12,
}
