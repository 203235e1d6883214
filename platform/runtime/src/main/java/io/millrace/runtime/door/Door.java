package io.millrace.runtime.door;

import java.util.ServiceLoader;

/**
 * A door that shares the address of the Lambda HTTP API. Found by {@link ServiceLoader}: name the class in
 * {@code META-INF/services/io.millrace.runtime.door.Door}; it needs a public constructor without arguments.
 */
public interface Door {
    /**
     * Adds the routes. Called once, before the server listens, on the thread that starts it; opens no connection yet
     * (a server whose broker is away starts all the same). What is opened later is closed by
     * {@link Doorway#onClose}.
     */
    void mount(Doorway doorway);
}
