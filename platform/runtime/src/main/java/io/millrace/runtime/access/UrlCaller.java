package io.millrace.runtime.access;

/**
 * Who uses the address of a function.
 *
 * @param accessKey id of the key that signed; empty for nobody in particular
 * @param account 12 digits, or {@code anonymous}
 * @param userArn empty for nobody in particular
 */
public record UrlCaller(String accessKey, String account, String userArn) {
    /** Nobody in particular. */
    public static final UrlCaller ANONYMOUS = new UrlCaller("", "anonymous", "");
}
