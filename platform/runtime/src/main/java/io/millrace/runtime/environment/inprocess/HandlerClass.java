package io.millrace.runtime.environment.inprocess;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JavaType;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.environment.InvalidHandlerException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds out, before the first attempt, how objects of a class are made and called. A class that fits more than one way
 * is taken as RequestStreamHandler, RequestHandler, FunctionHandler, Function, in this order. Where a generic type says
 * nothing, as in a lambda expression, the event comes as maps, lists, strings, numbers and booleans.
 */
final class HandlerClass {
    private final Class<?> type;
    private final HandlerName name;
    private final HandlerJson json;

    HandlerClass(Class<?> type, HandlerName name, HandlerJson json) {
        this.type = type;
        this.name = name;
        this.json = json;
    }

    /**
     * A new object of the class for each environment.
     *
     * @throws InvalidHandlerException if the class cannot be made or called
     */
    HandlerFactory factory() {
        return name.method().isPresent() ? methodFactory(name.method().get()) : interfaceFactory();
    }

    /** @throws InvalidHandlerException if objects of the class cannot be called */
    BoundHandler bind(Object handler) {
        return calls().apply(handler);
    }

    private HandlerFactory interfaceFactory() {
        Function<Object, BoundHandler> calls = calls();
        Constructor<?> constructor = constructor();
        return () -> calls.apply(create(constructor));
    }

    private HandlerFactory methodFactory(String methodName) {
        Method method = method(methodName);
        HandlerArguments arguments = HandlerArguments.of(method).orElseThrow();
        if (!Modifier.isPublic(type.getModifiers())) {
            throw name.invalid(type + " is not public, expected a public class");
        }
        JavaType seenFrom = json.type(type).findSuperType(method.getDeclaringClass());
        TypedJson typed = typed(
                arguments.wantsEvent()
                        ? resolve(method.getGenericParameterTypes()[0], seenFrom)
                        : json.type(Void.class),
                resolve(method.getGenericReturnType(), seenFrom));
        if (Modifier.isStatic(method.getModifiers())) {
            return () -> {
                Class.forName(type.getName(), true, type.getClassLoader());
                return HandlerCalls.method(null, method, arguments, typed);
            };
        }
        Constructor<?> constructor = constructor();
        return () -> HandlerCalls.method(create(constructor), method, arguments, typed);
    }

    private Method method(String methodName) {
        List<Method> candidates;
        try {
            candidates = Stream.of(type.getMethods())
                    .filter(method -> method.getName().equals(methodName))
                    .sorted(HandlerArguments.PREFERENCE)
                    .toList();
        } catch (NoClassDefFoundError e) {
            throw name.invalid("a class that it uses is missing: " + e.getMessage(), e);
        }
        return candidates.stream()
                .filter(method -> HandlerArguments.of(method).isPresent())
                .findFirst()
                .orElseThrow(() -> name.invalid(
                        candidates.isEmpty()
                                ? type + " has no public method '" + methodName + "'"
                                : "no overload of '" + methodName + "' fits, " + HandlerArguments.EXPECTED));
    }

    @SuppressWarnings("unchecked") // The types of the event and the result come from the class itself.
    private Function<Object, BoundHandler> calls() {
        if (RequestStreamHandler.class.isAssignableFrom(type)) {
            return handler -> HandlerCalls.streams((RequestStreamHandler) handler);
        }
        if (RequestHandler.class.isAssignableFrom(type)) {
            TypedJson typed = typed(parameter(RequestHandler.class, 0), parameter(RequestHandler.class, 1));
            return handler -> HandlerCalls.objects((RequestHandler<@Nullable Object, @Nullable Object>) handler, typed);
        }
        if (FunctionHandler.class.isAssignableFrom(type)) {
            return handler -> HandlerCalls.bytes((FunctionHandler) handler);
        }
        if (Function.class.isAssignableFrom(type)) {
            TypedJson typed = rawOrTyped(parameter(Function.class, 0), parameter(Function.class, 1));
            return handler -> HandlerCalls.function((Function<@Nullable Object, @Nullable Object>) handler, typed);
        }
        throw name.invalid(type + " implements none of RequestHandler, RequestStreamHandler, FunctionHandler and"
                + " java.util.function.Function, expected one of them or package.Class::method");
    }

    private JavaType parameter(Class<?> handlerInterface, int index) {
        JavaType[] parameters = json.types().findTypeParameters(json.type(type), handlerInterface);
        return parameters.length > index ? parameters[index] : json.type(Object.class);
    }

    private JavaType resolve(Type generic, JavaType seenFrom) {
        return json.types().resolveMemberType(generic, seenFrom.getBindings());
    }

    private TypedJson typed(JavaType input, JavaType output) {
        return typed(codec(input), input, codec(output), output);
    }

    /** A Function is no type of Lambda's, so there bytes can mean bytes and not a string of Base64. */
    private TypedJson rawOrTyped(JavaType input, JavaType output) {
        JsonCodec reading = input.hasRawClass(byte[].class)
                ? RawBytes.ARRAY
                : input.hasRawClass(InputStream.class) ? RawBytes.STREAM : codec(input);
        return typed(reading, input, output.hasRawClass(byte[].class) ? RawBytes.ARRAY : codec(output), output);
    }

    private static TypedJson typed(JsonCodec reading, JavaType input, JsonCodec writing, JavaType output) {
        return new TypedJson(reading, input.toCanonical(), writing, output.toCanonical());
    }

    private JsonCodec codec(JavaType javaType) {
        try {
            return json.codec(javaType);
        } catch (EventSerializers.InvalidEventTypeException e) {
            throw name.invalid(e.getMessage() == null ? "" : e.getMessage(), e);
        }
    }

    private Constructor<?> constructor() {
        Constructor<?> constructor;
        try {
            constructor = type.getConstructor();
        } catch (NoSuchMethodException e) {
            boolean inner = type.getEnclosingClass() != null && !Modifier.isStatic(type.getModifiers());
            String reason = inner ? " is a non-static inner class" : " has no public constructor without arguments";
            throw name.invalid(type + reason + ", expected a public class with one", e);
        } catch (NoClassDefFoundError e) {
            throw name.invalid("a class that it uses is missing: " + e.getMessage(), e);
        }
        if (Modifier.isAbstract(type.getModifiers()) || !constructor.canAccess(null)) {
            throw name.invalid(type + " is not public or is abstract, expected a public class that can be made");
        }
        return constructor;
    }

    private static Object create(Constructor<?> constructor) throws Throwable {
        try {
            return constructor.newInstance();
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
