package io.millrace.runtime.access;

/** Whose key signed a request. */
public record Caller(AccessKey key, String userArn) {}
