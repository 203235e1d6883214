package io.millrace.runtime.config;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * The addresses under which functions are reached over HTTP.
 *
 * @param base scheme, host and perhaps port; an address of a function is a name below its host
 * @param routes no two for the same host and path
 */
public record UrlSettings(Optional<URI> base, List<HttpRoute> routes) {}
