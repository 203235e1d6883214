package io.millrace.runtime.environment.inprocess;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.environment.HandlerSource;
import io.millrace.runtime.environment.HandlerSource.Archive;
import io.millrace.runtime.environment.HandlerSource.HostClass;
import io.millrace.runtime.environment.HandlerSource.Instance;
import io.millrace.runtime.environment.InvalidHandlerException;
import java.util.Objects;
import java.util.Optional;

/** The code of one deployment. Thread-safe. */
interface HandlerCode {

    /** The classes that the next environment is made of. */
    Loaded loaded();

    /** Static initialisation failed in these classes, so no environment can be made of them any more. */
    default void spoiled(Loaded classes) {}

    /** Lets go of the class loader and what it holds on disk. */
    default void release() {}

    /** @param loader the context class loader of the handler's thread */
    record Loaded(ClassLoader loader, HandlerFactory factory) {
        private static final ClassLoader PLATFORM =
                Objects.requireNonNullElseGet(HandlerCode.class.getClassLoader(), ClassLoader::getSystemClassLoader);

        /** @throws InvalidHandlerException if there is no such class, or none that can be called */
        static Loaded of(HandlerName name, ClassLoader loader, ClassLoader serialization) {
            Class<?> type;
            try {
                type = Class.forName(name.className(), false, loader);
            } catch (ClassNotFoundException e) {
                throw name.invalid("no class " + name.className() + " in its code", e);
            } catch (LinkageError e) {
                throw name.invalid("class " + name.className() + " cannot be loaded: " + e, e);
            }
            HandlerJson json = new HandlerJson(loader, new EventSerializers(serialization));
            return new Loaded(loader, new HandlerClass(type, name, json).factory());
        }
    }

    /** @throws InvalidHandlerException if the code holds no such handler, or none that can be called */
    static HandlerCode load(FunctionDefinition definition, HandlerSource source) {
        if (source instanceof Instance instance) {
            return ofInstance(definition, instance.handler());
        }
        HandlerName name = HandlerName.of(definition);
        if (source instanceof HostClass host) {
            Loaded loaded = Loaded.of(name, host.loader(), Loaded.PLATFORM);
            return () -> loaded;
        }
        return ArchiveCode.load(name, ((Archive) source).file(), Loaded.PLATFORM);
    }

    private static HandlerCode ofInstance(FunctionDefinition definition, Object handler) {
        Class<?> type = handler.getClass();
        ClassLoader loader = Objects.requireNonNullElse(type.getClassLoader(), Loaded.PLATFORM);
        HandlerName name = new HandlerName(definition.name().value(), type.getName(), type.getName(), Optional.empty());
        HandlerJson json = new HandlerJson(loader, new EventSerializers(Loaded.PLATFORM));
        BoundHandler bound = new HandlerClass(type, name, json).bind(handler);
        Loaded loaded = new Loaded(loader, () -> bound);
        return () -> loaded;
    }
}
