package io.millrace.runtime.environment.inprocess;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a handler method asks for, in order. The signatures are those that Lambda's Java runtime takes. */
record HandlerArguments(List<Kind> kinds) {
    enum Kind {
        EVENT,
        INPUT,
        OUTPUT,
        CONTEXT
    }

    /** The signatures, as error messages list them. */
    static final String EXPECTED = "expected a public method with the parameters (), (Event), (Context),"
            + " (Event, Context), (InputStream), (OutputStream), (InputStream, OutputStream), (InputStream, Context),"
            + " (OutputStream, Context) or (InputStream, OutputStream, Context)";

    private static final List<List<Kind>> ALLOWED = List.of(
            List.of(),
            List.of(Kind.EVENT),
            List.of(Kind.CONTEXT),
            List.of(Kind.EVENT, Kind.CONTEXT),
            List.of(Kind.INPUT),
            List.of(Kind.OUTPUT),
            List.of(Kind.INPUT, Kind.OUTPUT),
            List.of(Kind.INPUT, Kind.CONTEXT),
            List.of(Kind.OUTPUT, Kind.CONTEXT),
            List.of(Kind.INPUT, Kind.OUTPUT, Kind.CONTEXT));

    /** The runtime's order among overloads: no bridges, then longer ones, where a last Context counts double. */
    static final Comparator<Method> PREFERENCE =
            Comparator.comparing(Method::isBridge).thenComparing(HandlerArguments::weight, Comparator.reverseOrder());

    /** Empty if a method with these parameters cannot be a handler. */
    static Optional<HandlerArguments> of(Method method) {
        List<Kind> kinds = Stream.of(method.getParameterTypes())
                .map(HandlerArguments::kindOf)
                .toList();
        return ALLOWED.contains(kinds) ? Optional.of(new HandlerArguments(kinds)) : Optional.empty();
    }

    boolean wantsEvent() {
        return kinds.contains(Kind.EVENT);
    }

    boolean wantsOutput() {
        return kinds.contains(Kind.OUTPUT);
    }

    /** Whether the method works on bytes, so that its return value is ignored. */
    boolean isStreaming() {
        return kinds.contains(Kind.INPUT) || kinds.contains(Kind.OUTPUT);
    }

    @Nullable
    Object[] of(@Nullable Object input, HandlerEvent event, Optional<? extends OutputStream> output, Context context) {
        @Nullable Object[] arguments = new Object[kinds.size()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = switch (kinds.get(i)) {
                case EVENT -> input;
                case INPUT -> event.stream();
                case OUTPUT -> output.orElseThrow();
                case CONTEXT -> context;
            };
        }
        return arguments;
    }

    private static Kind kindOf(Class<?> parameter) {
        if (parameter.equals(InputStream.class)) {
            return Kind.INPUT;
        }
        if (parameter.equals(OutputStream.class)) {
            return Kind.OUTPUT;
        }
        return parameter.equals(Context.class) ? Kind.CONTEXT : Kind.EVENT;
    }

    private static int weight(Method method) {
        Class<?>[] parameters = method.getParameterTypes();
        boolean endsWithContext = parameters.length > 0 && parameters[parameters.length - 1].equals(Context.class);
        return parameters.length + (endsWithContext ? 1 : 0);
    }
}
