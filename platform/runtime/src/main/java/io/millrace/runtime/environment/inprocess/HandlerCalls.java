package io.millrace.runtime.environment.inprocess;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.millrace.function.FunctionHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How each kind of handler is called with bytes. All calls into users' code are made in this class, so that stack traces
 * can be cut where it begins.
 */
final class HandlerCalls {
    private static final byte[] JSON_NULL = "null".getBytes(StandardCharsets.UTF_8);

    private HandlerCalls() {}

    static BoundHandler bytes(FunctionHandler handler) {
        return (event, context) -> orNull(handler.handle(event.bytes(), context));
    }

    static BoundHandler streams(RequestStreamHandler handler) {
        return (event, context) -> {
            ResponseOutput output = context.output();
            handler.handleRequest(event.stream(), output, context);
            return output.finish();
        };
    }

    static BoundHandler objects(RequestHandler<@Nullable Object, @Nullable Object> handler, TypedJson json) {
        return (event, context) -> json.write(handler.handleRequest(json.read(event), context));
    }

    static BoundHandler function(Function<@Nullable Object, @Nullable Object> handler, TypedJson json) {
        return (event, context) -> json.write(handler.apply(json.read(event)));
    }

    /** @param target null for a static method */
    static BoundHandler method(@Nullable Object target, Method method, HandlerArguments arguments, TypedJson json) {
        return (event, context) -> {
            Optional<ResponseOutput> output =
                    arguments.wantsOutput() ? Optional.of(context.output()) : Optional.empty();
            @Nullable Object input = arguments.wantsEvent() ? json.read(event) : null;
            @Nullable Object result = call(target, method, arguments.of(input, event, output, context));
            if (arguments.isStreaming()) {
                return output.isPresent() ? output.get().finish() : JSON_NULL;
            }
            return json.write(result);
        };
    }

    private static @Nullable Object call(@Nullable Object target, Method method, @Nullable Object[] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static byte[] orNull(byte @Nullable [] result) {
        return result == null ? JSON_NULL : result;
    }
}
