package io.millrace.runtime.environment.inprocess;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.environment.InvalidHandlerException;
import java.util.Optional;

/** {@code package.Class} or {@code package.Class::method}, and whose handler it is, for messages. */
record HandlerName(String function, String text, String className, Optional<String> method) {

    /** @throws InvalidHandlerException if it has neither form */
    static HandlerName of(FunctionDefinition definition) {
        String text = definition.handler();
        String[] parts = text.split("::", -1);
        String method = parts.length == 2 ? parts[1] : "";
        HandlerName name = new HandlerName(
                definition.name().value(), text, parts[0], parts.length == 2 ? Optional.of(method) : Optional.empty());
        if (parts.length > 2 || parts[0].isBlank() || (parts.length == 2 && method.isBlank())) {
            throw name.invalid("expected package.Class or package.Class::method");
        }
        return name;
    }

    InvalidHandlerException invalid(String reason) {
        return new InvalidHandlerException(prefix() + reason);
    }

    InvalidHandlerException invalid(String reason, Throwable cause) {
        return new InvalidHandlerException(prefix() + reason, cause);
    }

    private String prefix() {
        return "handler '" + text + "' of function '" + function + "' cannot be run: ";
    }
}
