package io.millrace.runtime.config;

/**
 * @param eventBytes largest payload of an Event invocation; Lambda's limit is 1 MiB
 * @param requestBytes largest payload of a RequestResponse invocation; Lambda's limit is 6 MiB
 */
public record LimitSettings(int eventBytes, int requestBytes) {}
