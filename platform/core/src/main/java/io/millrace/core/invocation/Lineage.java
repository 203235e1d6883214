package io.millrace.core.invocation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often each function has run in one chain of invocations, counted in the trace header that clients hand on
 * (lambda-semantics 2.4): {@code Root=1-..;Parent=..;Sampled=0;Lineage=<key>:<runs>|<key>:<runs>}.
 *
 * <p>AWS does not publish how it makes the keys and bounds the count; here a key is the start of the SHA-256 of the
 * function's ARN without qualifier, and a run adds one to its function's count. What else stands in a header, entries of
 * other forms among it, is handed on as it came.
 */
public final class Lineage {
    /** So many runs of one function may be in a chain; the next is stopped. */
    public static final int MOST_RUNS = 16;

    private static final String ELEMENT = "Lineage=";
    private static final int KEY_BYTES = 4;
    private static final int MOST_DIGITS = 6;

    private Lineage() {}

    /** @param functionArn without a qualifier */
    public static String key(String functionArn) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(functionArn.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, KEY_BYTES);
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    /** Whether a trace header counts anything. */
    public static boolean isIn(String traceHeader) {
        return start(traceHeader) >= 0;
    }

    /** The counts alone, as a trace header that says nothing else. */
    public static String element(String traceHeader) {
        return ELEMENT + entries(traceHeader);
    }

    /** How often the function has run in the chain that {@code traceHeader} belongs to. */
    public static int runs(String traceHeader, String key) {
        int most = 0;
        for (String entry : entries(traceHeader).split("\\|", -1)) {
            most = Math.max(most, runsOf(entry.strip(), key));
        }
        return most;
    }

    /** The header for what the function calls while it runs once more; a new one where there is none to go on with. */
    public static String continued(Optional<String> traceHeader, String key) {
        String trace = traceHeader.filter(Lineage::isHeaderText).orElseGet(Lineage::newTrace);
        String counted = key + ":" + (runs(trace, key) + 1);
        int start = start(trace);
        if (start < 0) {
            return trace + ";" + ELEMENT + counted;
        }
        StringBuilder entries = new StringBuilder();
        for (String entry : entries(trace).split("\\|", -1)) {
            if (!entry.isBlank() && runsOf(entry.strip(), key) == 0) {
                entries.append(entry.strip()).append('|');
            }
        }
        String behind = trace.substring(end(trace, start));
        return trace.substring(0, start) + ELEMENT + entries + counted + behind;
    }

    private static String newTrace() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        return "Root=1-" + hex.toHexDigits((int) (System.currentTimeMillis() / 1000)) + "-"
                + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextInt()) + ";Parent="
                + hex.toHexDigits(random.nextLong()) + ";Sampled=0";
    }

    /** Messages may hold anything; what cannot stand in a header is no trace. */
    private static boolean isHeaderText(String text) {
        return !text.isBlank() && text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
    }

    private static String entries(String trace) {
        int start = start(trace);
        return start < 0 ? "" : trace.substring(start + ELEMENT.length(), end(trace, start));
    }

    /** Where the element begins; negative if there is none. */
    private static int start(String trace) {
        int found = trace.indexOf(ELEMENT);
        while (found > 0 && trace.charAt(found - 1) != ';' && trace.charAt(found - 1) != ' ') {
            found = trace.indexOf(ELEMENT, found + 1);
        }
        return found;
    }

    private static int end(String trace, int start) {
        int end = trace.indexOf(';', start);
        return end < 0 ? trace.length() : end;
    }

    /** 0 where the entry is another function's, or none. */
    private static int runsOf(String entry, String key) {
        int colon = entry.indexOf(':');
        if (colon < 0 || !entry.substring(0, colon).toLowerCase(Locale.ROOT).equals(key)) {
            return 0;
        }
        String count = entry.substring(colon + 1);
        boolean isCount = !count.isEmpty()
                && count.length() <= MOST_DIGITS
                && count.chars().allMatch(Character::isDigit);
        return isCount ? Integer.parseInt(count) : 0;
    }
}
