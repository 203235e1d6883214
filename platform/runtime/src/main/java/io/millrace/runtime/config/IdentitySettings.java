package io.millrace.runtime.config;

/**
 * What stands in the ARNs of functions and queues.
 *
 * @param region such as {@code us-east-1}
 * @param account 12 digits
 */
public record IdentitySettings(String region, String account) {}
