package io.millrace.runtime.objects;

import java.util.Optional;

/**
 * Where an object is.
 *
 * @param bucket one segment of a path
 * @param key segments between slashes, without {@code .} and {@code ..}
 * @param version empty for the newest
 */
public record ObjectName(String bucket, String key, Optional<String> version) {}
