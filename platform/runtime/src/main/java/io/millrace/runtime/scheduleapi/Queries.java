package io.millrace.runtime.scheduleapi;

import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.OptionalInt;

/** The query of a request. */
record Queries(RoutingContext context) {

    /** The first of the name that is not empty. */
    Optional<String> text(String name) {
        return context.queryParam(name).stream().filter(text -> !text.isEmpty()).findFirst();
    }

    /** @throws Refusal unless it is a number in the range, or absent */
    OptionalInt integer(String name, int minimum, int maximum) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            int value = Integer.parseInt(text.get());
            if (value >= minimum && value <= maximum) {
                return OptionalInt.of(value);
            }
        } catch (NumberFormatException noNumber) {
            throw Refusal.serialization(name + " is '" + text.get() + "', expected a whole number");
        }
        throw Refusal.validation(name + " is '" + text.get() + "', expected " + minimum + " to " + maximum);
    }
}
