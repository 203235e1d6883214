package io.millrace.runtime.environment.process;

import java.nio.file.Path;

/** A program that runs functions, by its full path. */
record Interpreter(Path program) {
    /** The installation that it belongs to: what is around its bin folder. */
    Path home() {
        return program.resolve("../..").normalize();
    }

    Path folder() {
        return program.resolve("..").normalize();
    }

    @Override
    public String toString() {
        return program.toString();
    }
}
