package io.millrace.source.postgresql;

import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceRefusedException;
import java.sql.SQLException;
import java.util.Map;

/** What the database's errors mean for a mapping. The driver's messages hold no passwords. */
final class Failures {
    private static final String NO_OUTBOX =
            "has no such outbox: run outbox.sql there, and SELECT" + " millrace.create_outbox('%1$s')";
    private static final String NO_LOGIN = "does not let this user in";
    /** By SQLSTATE: asking again will not help. */
    private static final Map<String, String> REFUSALS = Map.of(
            "28P01", NO_LOGIN,
            "28000", NO_LOGIN,
            "3D000", "is not there",
            "3F000", NO_OUTBOX,
            "42P01", NO_OUTBOX,
            "42703", NO_OUTBOX,
            "42883", NO_OUTBOX,
            "42501", "does not let this user read the outbox: run SELECT millrace.grant_reader('%1$s', '<user>')");

    private final Login login;
    private final OutboxName outbox;

    Failures(Login login, OutboxName outbox) {
        this.login = login;
        this.outbox = outbox;
    }

    /** For who opens a source. */
    RuntimeException whenOpened(SQLException failed) {
        return REFUSALS.containsKey(state(failed)) ? new SourceRefusedException(message(failed)) : whenRead(failed);
    }

    /** For who reads it: it was there once, and may be mended. */
    SourceAwayException whenRead(SQLException failed) {
        return new SourceAwayException(message(failed), failed);
    }

    SourceRefusedException refused(String why) {
        return new SourceRefusedException(message(why));
    }

    private String message(SQLException failed) {
        String why = REFUSALS.getOrDefault(state(failed), "does not answer as expected");
        return message(why.formatted(outbox.outbox()) + " (" + firstLine(failed) + ")");
    }

    private String message(String why) {
        return "The event source " + outbox.arn() + ": PostgreSQL at " + login.server() + " " + why + ".";
    }

    /** Behind it is where in our statement that was. */
    private static String firstLine(SQLException failed) {
        return String.valueOf(failed.getMessage()).lines().findFirst().orElse("");
    }

    private static String state(SQLException failed) {
        return failed.getSQLState() == null ? "" : failed.getSQLState();
    }
}
