package io.millrace.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Where to listen. */
record HostPort(String host, int port) {
    private static final Pattern SYNTAX = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:\\s]+):(\\d{1,5})");
    private static final int HIGHEST_PORT = 65_535;

    static HostPort parse(String text) {
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > HIGHEST_PORT) {
            throw new TypeConversionException("'" + text + "' is not an address to listen on, expected host:port");
        }
        String host = matcher.group(1);
        boolean bracketed = host.startsWith("[");
        return new HostPort(
                bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(matcher.group(2)));
    }
}
