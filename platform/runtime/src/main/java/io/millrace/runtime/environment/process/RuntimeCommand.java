package io.millrace.runtime.environment.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the runtime of a function is started.
 *
 * @param words the command, with paths as the function sees them
 * @param interpreter the program that runs it; empty for a function that brings its own
 * @param visible folders beside those of the layout that must be there
 * @param variables that this runtime needs, which the function's own may override
 */
record RuntimeCommand(
        List<String> words, Optional<Interpreter> interpreter, List<Path> visible, Map<String, String> variables) {}
