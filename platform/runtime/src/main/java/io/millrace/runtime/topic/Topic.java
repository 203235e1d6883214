package io.millrace.runtime.topic;

/**
 * @param name 1 to 256 of letters, digits, {@code -} and {@code _}
 * @param displayName for people; may be empty
 */
public record Topic(String name, String displayName) {}
