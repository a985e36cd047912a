"""SFTP: a partner's mailbox for clients that hospitals have already, of the same exchange as over HTTP."""
