package io.millrace.runtime.environment.inprocess;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.environment.HandlerSource;
import io.millrace.runtime.environment.HandlerSource.Archive;
import io.millrace.runtime.environment.HandlerSource.HostClass;
import io.millrace.runtime.environment.HandlerSource.Instance;
import io.millrace.runtime.environment.InvalidHandlerException;
import java.util.Objects;

/**
 * The loaded code of one deployment.
 *
 * @param loader the context class loader of the handler's thread
 * @param release lets go of the class loader and what it holds on disk
 */
record HandlerCode(ClassLoader loader, HandlerFactory factory, Runnable release) {
    private static final ClassLoader PLATFORM =
            Objects.requireNonNullElseGet(HandlerCode.class.getClassLoader(), ClassLoader::getSystemClassLoader);

    /** @throws InvalidHandlerException if the code holds no such handler, or none that can be called */
    static HandlerCode load(FunctionDefinition definition, HandlerSource source) {
        if (source instanceof Instance instance) {
            return ofInstance(definition, instance.handler());
        }
        if (source instanceof HostClass host) {
            return ofClass(HandlerName.of(definition), host.loader(), PLATFORM, () -> {});
        }
        return ofArchive(HandlerName.of(definition), (Archive) source);
    }

    private static HandlerCode ofInstance(FunctionDefinition definition, Object handler) {
        Class<?> type = handler.getClass();
        ClassLoader loader = Objects.requireNonNullElse(type.getClassLoader(), PLATFORM);
        HandlerName name =
                new HandlerName(definition.name().value(), type.getName(), type.getName(), java.util.Optional.empty());
        HandlerJson json = new HandlerJson(loader, new EventSerializers(PLATFORM));
        BoundHandler bound = new HandlerClass(type, name, json).bind(handler);
        return new HandlerCode(loader, () -> bound, () -> {});
    }

    private static HandlerCode ofArchive(HandlerName name, Archive archive) {
        UnpackedArchive unpacked = UnpackedArchive.of(archive.file(), name);
        ArchiveLoader loader = new ArchiveLoader(unpacked.classPath(), PLATFORM);
        Runnable release = () -> {
            loader.release();
            unpacked.delete();
        };
        boolean loaded = false;
        try {
            HandlerCode code = ofClass(name, loader, loader, release);
            loaded = true;
            return code;
        } finally {
            if (!loaded) {
                release.run();
            }
        }
    }

    private static HandlerCode ofClass(
            HandlerName name, ClassLoader loader, ClassLoader serialization, Runnable release) {
        Class<?> type;
        try {
            type = Class.forName(name.className(), false, loader);
        } catch (ClassNotFoundException e) {
            throw name.invalid("no class " + name.className() + " in its code", e);
        } catch (LinkageError e) {
            throw name.invalid("class " + name.className() + " cannot be loaded: " + e, e);
        }
        HandlerJson json = new HandlerJson(loader, new EventSerializers(serialization));
        return new HandlerCode(loader, new HandlerClass(type, name, json).factory(), release);
    }
}
