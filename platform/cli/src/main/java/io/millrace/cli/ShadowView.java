package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.regex.Pattern;

/** A function's shadow for people. */
final class ShadowView {
    /** What functions answer must not steer the terminal. */
    private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");

    private final JsonNode state;

    ShadowView(JsonNode state) {
        this.state = state;
    }

    void print(PrintWriter out) {
        String of = text(state, "of");
        out.printf(
                Locale.ROOT,
                "%s of the events %s run by %s too, since %s%n",
                text(state, "share"),
                of.isEmpty() ? "of " + text(state, "function") : "of " + text(state, "function") + ":" + of,
                text(state, "to"),
                text(state, "since"));
        Table counts = new Table("", "EVENTS");
        count(counts, "copied", "copied");
        count(counts, "same", "same");
        count(counts, "different", "different");
        count(counts, "failed in shadow", "failedInShadow");
        count(counts, "failed live", "failedLive");
        count(counts, "same version", "sameVersion");
        count(counts, "dropped", "dropped");
        count(counts, "too large", "tooLarge");
        count(counts, "waiting", "waiting");
        counts.print(out);
        if (state.has("liveMeanMillis")) {
            out.printf(
                    Locale.ROOT,
                    "mean    live %s ms, shadow %s ms%n",
                    text(state, "liveMeanMillis"),
                    text(state, "shadowMeanMillis"));
        }
        state.path("differences").forEach(difference -> print(difference, out));
    }

    private void count(Table counts, String label, String member) {
        counts.add(label, state.path(member).asLong());
    }

    private static void print(JsonNode difference, PrintWriter out) {
        String at = text(difference, "at");
        out.printf(
                Locale.ROOT,
                "%n%s  %s  %s%s%n",
                text(difference, "time"),
                text(difference, "requestId"),
                text(difference, "result"),
                at.isEmpty() ? "" : " at " + at);
        side("live", difference.path("live"), out);
        side("shadow", difference.path("shadow"), out);
        out.printf(Locale.ROOT, "  shadow's request id: %s%n", text(difference, "shadowRequestId"));
    }

    private static void side(String name, JsonNode side, PrintWriter out) {
        String error = text(side, "errorType");
        out.printf(
                Locale.ROOT,
                "  %-6s  %s  %s  %s%n",
                name,
                text(side, "version"),
                side.has("millis") ? text(side, "millis") + " ms" : "did not begin",
                error.isEmpty() ? text(side, "response") : error + ": " + text(side, "errorMessage"));
    }

    private static String text(JsonNode object, String member) {
        return CONTROLS.matcher(object.path(member).asText()).replaceAll("·");
    }
}
