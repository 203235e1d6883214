package io.millrace.core.concurrency;

/** The ledger's answer to an attempt that wants to start. */
public sealed interface Admission permits Permit, Refused {}
