package io.millrace.runtime.environment.inprocess;

import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * The library's serializers for the types of aws-lambda-java-events, as one class loader sees them. The library keeps
 * classes of its users in static maps by their names, so two deployments with types of their own must not share it.
 * Thread-safe.
 */
final class EventSerializers {
    private static final Object REGISTERING = new Object();

    private final ClassLoader loader;

    /** @param loader where the library is found, or else it is the platform's own */
    EventSerializers(ClassLoader loader) {
        this.loader = loader;
    }

    boolean know(Class<?> type) {
        return LambdaEventSerializers.isLambdaSupportedEvent(type.getName());
    }

    /** @throws InvalidEventTypeException if the library cannot handle this version of the type */
    JsonCodec codec(Class<?> type, ClassLoader typeLoader) {
        try {
            Class<?> library = Class.forName(LambdaEventSerializers.class.getName(), true, loader);
            Class<?> shape = Class.forName(PojoSerializer.class.getName(), true, loader);
            Method serializerFor = library.getMethod("serializerFor", Class.class, ClassLoader.class);
            Object serializer;
            synchronized (REGISTERING) { // It changes an object mapper that all its callers share.
                serializer = serializerFor.invoke(null, type, typeLoader);
            }
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            return new EventCodec(
                    lookup.unreflect(shape.getMethod("fromJson", InputStream.class))
                            .bindTo(serializer),
                    lookup.unreflect(shape.getMethod("toJson", Object.class, OutputStream.class))
                            .bindTo(serializer));
        } catch (InvocationTargetException e) {
            throw new InvalidEventTypeException(type, e.getCause() == null ? e : e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new InvalidEventTypeException(type, e);
        }
    }

    /** An event type of the library that its serializers cannot handle. */
    static final class InvalidEventTypeException extends RuntimeException {
        private static final long serialVersionUID = 1;

        InvalidEventTypeException(Class<?> type, Throwable cause) {
            super("no serializer for event type " + type.getName() + ": " + cause, cause);
        }
    }

    private record EventCodec(MethodHandle fromJson, MethodHandle toJson) implements JsonCodec {
        @Override
        public @Nullable Object read(byte[] json) throws IOException {
            try {
                return (Object) fromJson.invoke((InputStream) new ByteArrayInputStream(json));
            } catch (RuntimeException | Error | IOException e) {
                throw e;
            } catch (Throwable impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        @Override
        public byte[] write(@Nullable Object value) throws IOException {
            ByteArrayOutputStream json = new ByteArrayOutputStream();
            try {
                toJson.invoke(value, (OutputStream) json);
            } catch (RuntimeException | Error | IOException e) {
                throw e;
            } catch (Throwable impossible) {
                throw new IllegalStateException(impossible);
            }
            return json.toByteArray();
        }
    }
}
